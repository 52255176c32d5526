"""Opus packets in Ogg pages (RFC 3533, RFC 7845), one page to a part; and back, to check them.

Pre-skip is nought: the stage took the encoder's delay off the times already, so that the first
sample of the file is the first of the first part. Pure.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence

from hustings.parts.grid import PACKET_SAMPLES, PART_SAMPLES, SAMPLE_RATE_HZ

SILENCE = bytes.fromhex("f8fffe")
"""20 ms of nothing, mono: what stands where a part is missing or is none."""

_FIRST, _LAST = 0x02, 0x04
_HEAD = struct.Struct("<4sBBqIIIB")
_BACKWARDS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Broken(Exception):
    """This is not the Ogg Opus that we write."""


def lasts_20_ms(packet: bytes) -> bool:
    """By its first bytes (RFC 6716, section 3.1)."""
    if not packet:
        return False
    config, code = packet[0] >> 3, packet[0] & 3
    if config < 12:
        frame_ms: float = (10, 20, 40, 60)[config % 4]
    elif config < 16:
        frame_ms = (10, 20)[config % 2]
    else:
        frame_ms = (2.5, 5, 10, 20)[config % 4]
    told = packet[1] & 0x3F if len(packet) > 1 else 0
    frames = (1, 2, 2, told)[code]
    return frame_ms * frames == 1000 * PACKET_SAMPLES / SAMPLE_RATE_HZ


class Pages:
    """Makes the pages of one file, in order."""

    def __init__(self, serial: int) -> None:
        self._serial, self._sequence, self._samples = serial, 0, 0

    def head(self, title: str) -> bytes:
        """OpusHead and OpusTags: mono, 48 kHz, no pre-skip, no gain, mapping family 0."""
        opus = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, SAMPLE_RATE_HZ, 0, 0)
        vendor, comment = b"hustings", f"TITLE={title}".encode()
        tags = b"OpusTags" + b"".join(
            (_sized(vendor), struct.pack("<I", 1), _sized(comment)),
        )
        return self._page(_FIRST, [opus]) + self._page(0, [tags])

    def part(self, packets: Sequence[bytes], *, last: bool) -> bytes:
        self._samples += PART_SAMPLES
        return self._page(_LAST if last else 0, packets)

    def _page(self, flags: int, packets: Sequence[bytes]) -> bytes:
        # A packet is so many times 255 and a rest (RFC 3533, section 6); twelve of ours fit a page.
        lacing = b"".join(b"\xff" * (len(p) // 255) + bytes((len(p) % 255,)) for p in packets)
        assert len(lacing) <= 255, "packets that do not fit a page"
        granule = self._samples
        head = _HEAD.pack(b"OggS", 0, flags, granule, self._serial, self._sequence, 0, len(lacing))
        self._sequence += 1
        page = bytearray(head + lacing + b"".join(packets))
        struct.pack_into("<I", page, 22, _crc(page))
        return bytes(page)


def packets(file: bytes) -> Iterator[bytes]:
    """Every packet of a file of ours, its heads first. Raises Broken."""
    at, sequence, flags = 0, 0, 0
    while at < len(file):
        try:
            magic, _, flags, _, _, number, crc, count = _HEAD.unpack_from(file, at)
        except struct.error:
            raise Broken("a page cut short") from None
        body = at + _HEAD.size + count
        lacing = file[at + _HEAD.size : body]
        end = body + sum(lacing)
        page = bytearray(file[at:end])
        if magic != b"OggS" or number != sequence or len(page) != end - at:
            raise Broken("a page out of order or cut short")
        page[22:26] = bytes(4)
        if _crc(page) != crc:
            raise Broken("a page that was altered")
        yield from _cut(file[body:end], lacing)
        at, sequence = end, sequence + 1
    if not flags & _LAST:
        raise Broken("an end that is missing")


def _cut(body: bytes, lacing: bytes) -> Iterator[bytes]:
    at = size = 0
    for value in lacing:
        size += value
        if value < 255:
            yield body[at : at + size]
            at, size = at + size, 0


def _crc(page: bytes | bytearray) -> int:
    """Polynomial 0x04c11db7 from nought, highest bit first: zlib's, looked at in a mirror."""
    mirrored = zlib.crc32(page.translate(_BACKWARDS), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_BACKWARDS), "big")


def _sized(text: bytes) -> bytes:
    return struct.pack("<I", len(text)) + text
