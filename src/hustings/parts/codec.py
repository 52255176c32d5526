"""Opus to samples and samples to AAC: the one file that knows PyAV.

Samples are bytes of 32-bit floats, mono, 48 kHz. Both ends are deterministic: the same input since
their making gives the same output (held by tests/domain/test_packager.py).
"""

from fractions import Fraction
from typing import cast

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame

from hustings.parts.grid import BIT_RATE, FRAME_SAMPLES, PACKET_SAMPLES, SAMPLE_RATE_HZ

SAMPLE_BYTES = 4
PRIMING_FRAMES = 1
"""What the encoder gives before the first frame of what it was given (ISO/IEC 14496-3 overlaps)."""
AHEAD_SAMPLES = 2 * FRAME_SAMPLES
"""It wants this much beyond a frame before it gives it."""


class OpusDecoder:
    def __init__(self) -> None:
        self._codec = _context("libopus", "r")
        self._codec.options = {"request_sample_fmt": "flt"}

    def decode(self, packet: bytes) -> bytes:
        """20 ms; silence where the packet is not one."""
        try:
            frames = self._codec.decode(av.Packet(packet))
            sound = b"".join(bytes(f.planes[0])[: f.samples * SAMPLE_BYTES] for f in frames)
        except av.error.FFmpegError:
            sound = b""
        size = PACKET_SAMPLES * SAMPLE_BYTES
        return sound if len(sound) == size else bytes(size)


class AacEncoder:
    """AAC-LC. The first frame it gives is priming; each after it decodes to the input's next."""

    def __init__(self) -> None:
        self._codec = _context("aac", "w")
        self._codec.format = "fltp"
        self._codec.bit_rate = BIT_RATE
        self._codec.time_base = Fraction(1, SAMPLE_RATE_HZ)
        self._codec.thread_count = 1
        self._at = 0

    def encode(self, samples: bytes) -> list[bytes]:
        """Take one frame of 1,024 samples; gives those that are ready."""
        frame = AudioFrame(format="fltp", layout="mono", samples=FRAME_SAMPLES)
        frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, self._at
        frame.planes[0].update(samples)
        self._at += FRAME_SAMPLES
        return [bytes(packet) for packet in self._codec.encode(frame)]


def _context(name: str, mode: str) -> AudioCodecContext:
    codec = cast(AudioCodecContext, av.CodecContext.create(name, mode))  # type: ignore[call-overload]
    codec.sample_rate, codec.layout = SAMPLE_RATE_HZ, "mono"
    return codec
