"""One segment of AAC out of twenty parts, the same bytes whoever makes it.

Decoder and encoder are made for this segment alone and warmed with the part before it, so that no
sound from earlier reaches its bytes. The part after it is wanted too: AAC overlaps by a frame, and
the encoder looks another ahead.
"""

from dataclasses import dataclass

from hustings.packager.boxes import ll_part_bytes
from hustings.parts.codec import PRIMING_FRAMES, SAMPLE_BYTES, AacEncoder, OpusDecoder
from hustings.parts.grid import (
    FRAME_SAMPLES,
    LL_FRAMES,
    LL_PARTS,
    PART_SAMPLES,
    SEGMENT_LL_PARTS,
    SEGMENT_PARTS,
)
from hustings.parts.stream import Part

WARM_FRAMES = 10
"""Of the part before: the encoder's choice of windows and rate has settled by then."""
_FRAME_BYTES = FRAME_SAMPLES * SAMPLE_BYTES
_SILENCE = bytes(PART_SAMPLES * SAMPLE_BYTES)


@dataclass(frozen=True)
class LlPart:
    """960 ms of AAC, ready for a player."""

    no: int
    data: bytes


class Segment:
    """Takes the part before it, its twenty and the one after it, in order; None is a hole."""

    def __init__(self, no: int) -> None:
        self._first_ll = no * SEGMENT_LL_PARTS
        self._decoder, self._encoder = OpusDecoder(), AacEncoder()
        self._samples = bytearray()
        self._skip = PART_SAMPLES * SAMPLE_BYTES - WARM_FRAMES * _FRAME_BYTES
        self._frames: list[bytes] = []
        self._drop = PRIMING_FRAMES + WARM_FRAMES
        self._messages: list[bytes] = []
        self._taken = 0
        self._given = 0

    def take(self, part: Part | None) -> list[LlPart]:
        if 0 < self._taken <= SEGMENT_PARTS:
            self._messages.append(part.messages if part else b"")
        self._taken += 1
        self._samples += self._sound(part)
        return self._encode()

    def _sound(self, part: Part | None) -> bytes:
        sound = b"".join(map(self._decoder.decode, part.packets)) if part else _SILENCE
        skipped, self._skip = self._skip, 0
        return sound[skipped:]

    def _encode(self) -> list[LlPart]:
        whole = len(self._samples) // _FRAME_BYTES * _FRAME_BYTES
        for at in range(0, whole, _FRAME_BYTES):
            self._frames += self._encoder.encode(bytes(self._samples[at : at + _FRAME_BYTES]))
        del self._samples[:whole]
        dropped = min(self._drop, len(self._frames))
        del self._frames[:dropped]
        self._drop -= dropped
        ready = []
        while len(self._frames) >= LL_FRAMES and self._given < SEGMENT_LL_PARTS:
            ready.append(self._give())
        return ready

    def _give(self) -> LlPart:
        no = self._first_ll + self._given
        messages, frames = self._messages[:LL_PARTS], self._frames[:LL_FRAMES]
        del self._messages[:LL_PARTS], self._frames[:LL_FRAMES]
        self._given += 1
        return LlPart(no, ll_part_bytes(no, messages, frames))
