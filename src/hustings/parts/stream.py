"""A byte stream back into parts (spec/live.md), as crates/media/src/program/reader.rs reads it.

Whatever comes in is untrusted: sizes are bounded, order is checked, and what is not our stream
raises StreamFault and nothing else.
"""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hustings.parts.grid import PART_PACKETS, PART_SAMPLES

BOX_BYTES_MAX = 64 * 1024
_FACTS = b"\x03hustings\0"


class StreamFault(Exception):
    """The peer sent something that is not our stream."""


@dataclass(frozen=True)
class Part:
    """240 ms of the programme."""

    no: int
    messages: bytes
    """Its timed facts: `emsg` boxes, passed on as they are."""
    packets: tuple[bytes, ...]
    """Twelve Opus packets of 20 ms."""
    data: bytes = field(default=b"", compare=False, repr=False)
    """All of it, as it came."""

    @property
    def since(self) -> int | None:
        """The part since which the hall's state holds, where the facts say so."""
        since = self._hall(1)
        return since if isinstance(since, int) else None

    @property
    def state(self) -> str | None:
        """The hall's state in this part, where the facts say it."""
        state = self._hall(0)
        return state if isinstance(state, str) else None

    @property
    def caption(self) -> tuple[int, str] | None:
        """The number and the text of the caption that its facts carry."""
        match self._facts().get("caption"):
            case [int(no), str(text)]:
                return no, text
        return None

    @property
    def lacks(self) -> int:
        """Of a part that was mended: how many frames of seats in it are still made up."""
        lacks = self._facts().get("lacks")
        return lacks if isinstance(lacks, int) else 0

    def _hall(self, place: int) -> Any:
        try:
            return self._facts()["hall"][place]
        except (KeyError, IndexError, TypeError):
            return None

    def _facts(self) -> dict[str, Any]:
        _, found, text = self.messages.partition(_FACTS)
        try:
            told = json.loads(text) if found else None
        except (ValueError, RecursionError):
            return {}
        return told if isinstance(told, dict) else {}


class Splitter:
    """Cuts a stream, however its bytes arrive."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._message = b""
        self._moof: tuple[int, list[int], bytes] | None = None
        self.whole_bytes = 0
        """How much of what came was the header and whole parts, without what stands at its end."""
        self._taken = 0

    def handle(self, data: bytes) -> Iterator[Part]:
        self._buffer += data
        while (box := self._next_box()) is not None:
            part = self._take(*box)
            if part is not None:
                yield part

    def _next_box(self) -> tuple[bytes, bytes] | None:
        if len(self._buffer) < 8:
            return None
        size, kind = struct.unpack_from(">I4s", self._buffer)
        if not 8 <= size <= BOX_BYTES_MAX:
            raise StreamFault("a box of an impossible size")
        if len(self._buffer) < size:
            return None
        box = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._taken += size
        return kind, box

    def _take(self, kind: bytes, box: bytes) -> Part | None:
        match kind:
            case b"ftyp" | b"moov":
                self.whole_bytes = self._taken
            case b"emsg":
                # Of two in a row the first was a note of an edge's own, and no part's.
                self._message = box
            case b"moof":
                self._moof = (*_read_moof(box[8:]), box)
            case b"mdat" if self._moof is not None:
                (no, sizes, moof), message = self._moof, self._message
                self._moof, self._message = None, b""
                packets = tuple(_cut(box[8:], sizes))
                self.whole_bytes = self._taken
                return Part(no, message, packets, message + moof + box)
            case _:
                raise StreamFault("a box that is not of our stream")
        return None


def _read_moof(body: bytes) -> tuple[int, list[int]]:
    traf = _child(body, b"traf")
    tfdt, trun = _child(traf, b"tfdt"), _child(traf, b"trun")
    if len(tfdt) < 12 or tfdt[0] != 1:
        raise StreamFault("a part without a time")
    no, off_grid = divmod(int.from_bytes(tfdt[4:12], "big"), PART_SAMPLES)
    if off_grid:
        raise StreamFault("a part off the grid")
    if len(trun) != 12 + 4 * PART_PACKETS:
        raise StreamFault("a part that is not twelve packets")
    return no, list(struct.unpack_from(f">{PART_PACKETS}I", trun, 12))


def _child(body: bytes, wanted: bytes) -> bytes:
    while len(body) >= 8:
        size, kind = struct.unpack_from(">I4s", body)
        if not 8 <= size <= len(body):
            break
        if kind == wanted:
            return body[8:size]
        body = body[size:]
    raise StreamFault(f"a part without {wanted.decode()}")


def _cut(sound: bytes, sizes: list[int]) -> Iterator[bytes]:
    if sum(sizes) != len(sound):
        raise StreamFault("packets that do not fill their box")
    at = 0
    for size in sizes:
        yield sound[at : at + size]
        at += size
