"""Our own stream, for the crowd of the peers (spec/live.md): chunks, each of whole parts. Pure."""

from benches.peers.ears.stream import Stream
from benches.peers.ears.tally import NotSound

PART_MS = 240
MARK = b"mfhd"
"""Version and flags follow, then the part's number."""


class Ear(Stream):
    """A listener of `live.mp4`."""

    __slots__ = ("_rest",)

    def __init__(self, asked_ms: int) -> None:
        super().__init__(asked_ms)
        self._rest = b""

    def whole(self, data: bytes) -> list[tuple[int, int]]:
        data = self._rest + data if self._rest else data
        at, parts = 0, []
        while (line := data.find(b"\r\n", at)) >= 0:
            after = line + 2 + _size(data[at:line]) + 2
            if after > len(data):
                break
            parts += _numbers(data, line + 2, after)
            at = after
        self._rest = data[at:]
        return [(number, (number + 1) * PART_MS) for number in parts]


def _size(line: bytes) -> int:
    try:
        return int(line, 16)
    except ValueError:
        raise NotSound(f"no chunk, but {line[:16]!r}") from None


def _numbers(data: bytes, begin: int, end: int) -> list[int]:
    found = []
    while (begin := data.find(MARK, begin, end)) >= 0:
        found.append(int.from_bytes(data[begin + 8 : begin + 12], "big"))
        begin += 12
    return found
