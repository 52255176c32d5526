"""Parts as a stage makes them, of packets that a test brings."""

import json
import struct
from collections.abc import Sequence

from hustings.parts.grid import PART_SAMPLES
from hustings.parts.stream import Part, Splitter


def stream_part(
    no: int,
    packets: Sequence[bytes],
    state: str = "live",
    *,
    since: int = 7,
    **facts: object,
) -> Part:
    """One part with its bytes: `emsg`, `moof`, `mdat`, as far as the reader looks at them.

    `facts`: more of them, as `caption=(1, "word")`."""
    told = {"v": 1, "hall": [state, since], **facts}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    tfdt = _box(b"tfdt", struct.pack(">IQ", 1 << 24, no * PART_SAMPLES))
    sizes = struct.pack(f">{len(packets)}I", *map(len, packets))
    trun = _box(b"trun", bytes(12), sizes)
    moof = _box(b"moof", _box(b"traf", tfdt, trun))
    data = _box(b"emsg", b"\x03hustings\0", text) + moof + _box(b"mdat", *packets)
    return next(iter(Splitter().handle(data)))


def _box(kind: bytes, *body: bytes) -> bytes:
    whole = b"".join(body)
    return struct.pack(">I4s", 8 + len(whole), kind) + whole
