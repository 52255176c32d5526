"""What the speaker says: voices on a good line, then marks and the same voices on a bad one."""

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from hustings.parts.codec import OpusDecoder
from hustings.parts.grid import PART_SAMPLES
from hustings.parts.stream import Splitter
from hustings.rehearse.measure.line.marks import RATE_HZ, Sound, marks

VOICES = Path(__file__).parents[3] / "voices"
SPEECH_S = 16.0
"""Two pieces for PESQ."""
TURN_S = 1.0
"""Marks that are not judged, within which the line turns bad."""
TAIL_S = 2.0


@dataclass(frozen=True)
class Track:
    """48 kHz mono; times in seconds from its beginning."""

    sound: Sound
    speech: Sound
    """Empty where quality is not judged. It stands at the beginning and behind the marks."""
    marks: Sound

    @property
    def before(self) -> int:
        """Samples from the beginning to the marks."""
        return len(self.speech) + int(TURN_S * RATE_HZ)

    @property
    def worse_s(self) -> float:
        """When the line turns bad."""
        return (len(self.speech) / RATE_HZ) + TURN_S / 2

    @property
    def middle_s(self) -> float:
        """The middle of the marks, from then on."""
        return TURN_S / 2 + len(self.marks) / RATE_HZ / 2

    @property
    def end_s(self) -> float:
        return len(self.sound) / RATE_HZ


def track(seconds: float, seed: int, *, speaks: bool) -> Track:
    """So many seconds of marks."""
    length = int(SPEECH_S * RATE_HZ) if speaks else 0
    speech = said_by("ana")[:length] + said_by("ben")[:length]
    turn, judged, tail = (
        marks(long_s, 3 * seed + n) for n, long_s in enumerate((TURN_S, seconds, TAIL_S))
    )
    return Track(np.concatenate((speech, turn, judged, speech, tail)), speech, judged)


def said_by(voice: str) -> Sound:
    return of_ogg(VOICES / f"{voice}.opus")


def of_ogg(path: Path) -> Sound:
    """A voice or a recording, as libopus decodes it."""
    decoder = OpusDecoder()
    with av.open(str(path)) as file:
        told = [decoder.decode(bytes(packet)) for packet in file.demux(audio=0) if packet.size]
    return np.frombuffer(b"".join(told), "<f4")


def of_stream(path: Path) -> Sound:
    """A saved stream; silence where a part is missing."""
    decoder = OpusDecoder()
    pieces: list[bytes] = []
    first: int | None = None
    for part in Splitter().handle(path.read_bytes()):
        first = part.no if first is None else first
        missing = (part.no - first) * PART_SAMPLES * 4 - sum(map(len, pieces))
        pieces += [bytes(max(0, missing)), *(decoder.decode(packet) for packet in part.packets)]
    return np.frombuffer(b"".join(pieces), "<f4")


def of_return(folder: Path) -> Sound:
    """What a synthetic speaker kept of its return, by its packets' own times."""
    sound = np.fromfile(folder / "return.f32", "<f4")
    rows = [line.split("\t") for line in (folder / "return.tsv").read_text().splitlines()]
    times = np.array([(int(row[0]), int(row[2])) for row in rows if len(row) == 3])
    begins = times[:, 0] - times[0, 0]
    placed = np.zeros(int(begins.max()) + int(times[:, 1].max()), np.float32)
    at = 0
    for begin, length in zip(begins, times[:, 1], strict=True):
        piece = sound[at : at + length]
        placed[begin : begin + len(piece)] = piece
        at += length
    return placed
