"""A recording as AAC-LC in an M4A file, by PyAV.

The encoder's priming and its last frame, which is longer than the sound, are taken off by an edit
list: what is played begins with the first sample and ends with the last one.
"""

from collections.abc import Awaitable, Callable
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
from av.audio.frame import AudioFrame

from hustings.parts.codec import SAMPLE_BYTES
from hustings.parts.grid import BIT_RATE, FRAME_SAMPLES, SAMPLE_RATE_HZ

BREATH_FRAMES = 100
_FRAME_BYTES = FRAME_SAMPLES * SAMPLE_BYTES


class M4a:
    """Takes sound as float samples; whole once it was left without an error."""

    def __init__(self, path: Path, title: str) -> None:
        # The index goes to the front at the end, so that players need not read to it.
        options = {"movflags": "+faststart"}
        self._out = av.open(str(path), "w", format="ipod", options=options)
        self._out.metadata["title"] = title
        self._stream = self._out.add_stream("aac", rate=SAMPLE_RATE_HZ, layout="mono")
        self._stream.bit_rate = BIT_RATE
        self._stream.codec_context.thread_count = 1
        self._waiting = bytearray()
        self._at = 0

    def __enter__(self) -> "M4a":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._encode(bytes(self._waiting))
                self._out.mux(self._stream.encode(None))
        finally:
            self._out.close()

    def add(self, samples: bytes) -> None:
        self._waiting += samples
        while len(self._waiting) >= _FRAME_BYTES:
            self._encode(bytes(self._waiting[:_FRAME_BYTES]))
            del self._waiting[:_FRAME_BYTES]

    def _encode(self, samples: bytes) -> None:
        if not samples:
            return
        frame = AudioFrame(format="fltp", layout="mono", samples=len(samples) // SAMPLE_BYTES)
        frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, self._at
        frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
        room = frame.planes[0].buffer_size
        frame.planes[0].update(samples.ljust(room, b"\0"))
        self._at += frame.samples
        self._out.mux(self._stream.encode(frame))


async def samples(path: Path, breathe: Callable[[], Awaitable[None]]) -> int:
    """How many it plays, after reading every frame of it. Raises av.error.FFmpegError."""
    with av.open(str(path)) as file:
        stream = file.streams.audio[0]
        decoded = 0
        for count, frame in enumerate(file.decode(stream)):
            decoded += frame.samples
            if count % BREATH_FRAMES == 0:
                await breathe()
        told = stream.duration or 0
        begins = stream.start_time or 0
    whole = begins == 0 and 0 <= decoded - told < FRAME_SAMPLES
    return told if whole else min(told, decoded) - begins
