"""Who talks when: so many of the speakers at any moment, in turns; the others send their rooms."""

import array
import hashlib
import wave
from pathlib import Path

import av

VOICES = Path(__file__).parents[3] / "voices"
RATE_HZ = 48_000
SAMPLE_BYTES = 2
FRAME = 960
TURN_FRAMES = 150
"""About 3 s."""
LOUD = 180
"""-45 dB of full scale: somebody says something."""
PAUSE_FRAMES = 10
"""What is between words; longer, and it is another's turn in the recording."""
LOOKED_AT = 8
"""One sample in so many."""
ROOM_S = 3
ROOM_PEAK = 16
"""Noise at -71 dB of full scale: a quiet room, and no digital silence."""


def windows(speakers: int, talking: int) -> tuple[int, list[range]]:
    """The length of a round of turns, and the frames of it in which each speaker talks: as one
    begins another ends."""
    if talking >= speakers:
        return TURN_FRAMES, [range(TURN_FRAMES)] * speakers
    step = max(1, TURN_FRAMES // talking)
    return speakers * step, [range(n * step, (n + talking) * step) for n in range(speakers)]


def write(folder: Path, speakers: int, talking: int) -> list[Path]:
    """A sound for each speaker, 48 kHz mono, all of one length, to be looped in step."""
    voices = [_voice(name) for name in ("ana", "ben")]
    length, all_windows = windows(speakers, talking)
    paths = []
    for n, talks in enumerate(all_windows):
        sound = bytearray(_room(n, length))
        for frame in talks:
            # No two of those who talk at a time say the same.
            said = _frame(voices[n % 2], n * 7 * TURN_FRAMES + frame - talks.start)
            at = frame % length * FRAME * SAMPLE_BYTES
            sound[at : at + len(said)] = said
        paths.append(folder / f"{n}.wav")
        _save(paths[-1], bytes(sound))
    return paths


def _frame(sound: bytes, number: int) -> bytes:
    size = FRAME * SAMPLE_BYTES
    at = number % (len(sound) // size) * size
    return sound[at : at + size]


def _voice(name: str) -> bytes:
    """A recorded voice without its long silences."""
    sound = _recorded(name)
    size = FRAME * SAMPLE_BYTES
    frames = [sound[at : at + size] for at in range(0, len(sound) - size + 1, size)]
    loud = [_is_loud(frame) for frame in frames]
    said = [any(loud[max(0, n - PAUSE_FRAMES) : n + PAUSE_FRAMES + 1]) for n in range(len(frames))]
    return b"".join(frame for frame, kept in zip(frames, said, strict=True) if kept)


def _is_loud(frame: bytes) -> bool:
    samples = array.array("h", frame)[::LOOKED_AT]
    return sum(sample * sample for sample in samples) > LOUD**2 * len(samples)


def _recorded(name: str) -> bytes:
    resampler = av.AudioResampler("s16", "mono", RATE_HZ)
    with av.open(str(VOICES / f"{name}.opus")) as file:
        frames = (out for one in file.decode(audio=0) for out in resampler.resample(one))
        return b"".join(bytes(one.planes[0])[: one.samples * SAMPLE_BYTES] for one in frames)


def _room(seed: int, frames: int) -> bytes:
    noise = hashlib.shake_128(seed.to_bytes(4)).digest(ROOM_S * RATE_HZ)
    levels = [byte % (2 * ROOM_PEAK) - ROOM_PEAK for byte in range(256)]
    room = b"".join(levels[byte].to_bytes(SAMPLE_BYTES, "little", signed=True) for byte in noise)
    size = frames * FRAME * SAMPLE_BYTES
    return (room * (size // len(room) + 1))[:size]


def _save(path: Path, sound: bytes) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(SAMPLE_BYTES)
        out.setframerate(RATE_HZ)
        out.writeframes(sound)
