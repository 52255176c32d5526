"""CMAF boxes for one AAC track, as crates/media/src/program/boxes.rs writes them for Opus.

ISO/IEC 14496-12 (boxes), 14496-14 (`esds`), 14496-3 (AudioSpecificConfig), 23000-19 (CMAF). All
numbers big-endian; timescale 48,000. Golden bytes: spec/vectors/aac.
"""

import struct
from collections.abc import Sequence

from hustings.parts.grid import BIT_RATE, FRAME_SAMPLES, LL_SAMPLES, SAMPLE_RATE_HZ

_TRACK_ID = 1
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_AAC_LC_48K_MONO = bytes.fromhex("1188")


def _box(kind: bytes, *body: bytes) -> bytes:
    whole = b"".join(body)
    return struct.pack(">I4s", 8 + len(whole), kind) + whole


def _full(kind: bytes, version_flags: int, *body: bytes) -> bytes:
    return _box(kind, _u32(version_flags), *body)


def _u32(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)


def _u16(*values: int) -> bytes:
    return struct.pack(f">{len(values)}H", *values)


def header() -> bytes:
    """`ftyp` and `moov`: the same for every hall."""
    mvhd = _full(
        b"mvhd",
        0,
        bytes(8),
        _u32(SAMPLE_RATE_HZ, 0, 0x10000),
        _u16(0x0100),
        bytes(10),
        _MATRIX,
        bytes(24),
        _u32(_TRACK_ID + 1),
    )
    trex = _full(b"trex", 0, _u32(_TRACK_ID, 1, FRAME_SAMPLES, 0, 0))
    ftyp = _box(b"ftyp", b"iso6", _u32(0), b"iso6cmfcmp41")
    return ftyp + _box(b"moov", mvhd, _track(), _box(b"mvex", trex))


def _track() -> bytes:
    tkhd = _full(
        b"tkhd",
        7,
        bytes(8),
        _u32(_TRACK_ID),
        bytes(16),
        _u16(0, 1, 0x0100, 0),
        _MATRIX,
        bytes(8),
    )
    mdhd = _full(b"mdhd", 0, bytes(8), _u32(SAMPLE_RATE_HZ, 0), _u16(0x55C4, 0))
    hdlr = _full(b"hdlr", 0, _u32(0), b"soun", bytes(12), b"programme\0")
    dref = _full(b"dref", 0, _u32(1), _full(b"url ", 1))
    stbl = _box(
        b"stbl",
        _full(b"stsd", 0, _u32(1), _mp4a()),
        *(_full(kind, 0, _u32(0)) for kind in (b"stts", b"stsc", b"stco")),
        _full(b"stsz", 0, bytes(8)),
    )
    minf = _box(b"minf", _full(b"smhd", 0, bytes(4)), _box(b"dinf", dref), stbl)
    return _box(b"trak", tkhd, _box(b"mdia", mdhd, hdlr, minf))


def _mp4a() -> bytes:
    config = _descriptor(0x05, _AAC_LC_48K_MONO)
    # Audio by 14496-3, an audio stream; no buffer size; longest and mean bit rate.
    decoder = bytes((0x40, 0x15)) + bytes(3) + _u32(BIT_RATE, BIT_RATE)
    stream = _descriptor(0x04, decoder + config)
    esds = _descriptor(0x03, _u16(0) + b"\0" + stream + _descriptor(0x06, b"\x02"))
    sound = bytes(6) + _u16(1) + bytes(8) + _u16(1, 16, 0, 0) + _u32(SAMPLE_RATE_HZ << 16)
    return _box(b"mp4a", sound, _full(b"esds", 0, esds))


def _descriptor(tag: int, body: bytes) -> bytes:
    assert len(body) < 0x80, "one byte of length is enough for ours"
    return bytes((tag, len(body))) + body


def ll_part_bytes(no: int, messages: Sequence[bytes], frames: Sequence[bytes]) -> bytes:
    """One LL-HLS part: the facts of its four parts, then one chunk of AAC frames."""

    def moof(data_offset: int) -> bytes:
        trun = _u32(len(frames), data_offset, *(len(frame) for frame in frames))
        traf = _box(
            b"traf",
            _full(b"tfhd", 0x020000, _u32(_TRACK_ID)),
            _full(b"tfdt", 0x01000000, struct.pack(">Q", no * LL_SAMPLES)),
            _full(b"trun", 0x000201, trun),
        )
        return _box(b"moof", _full(b"mfhd", 0, _u32(no & 0xFFFFFFFF)), traf)

    return b"".join((*messages, moof(len(moof(0)) + 8), _box(b"mdat", *frames)))
