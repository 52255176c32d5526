"""Ogg Opus out of an endless HTTP response (RFC 3533, RFC 7845). Pure: bytes in, pages out."""

from struct import Struct

from benches.peers.ears.stream import Stream
from benches.peers.ears.tally import NotSound

HEAD = Struct("<4sBBqIIIB")
SAMPLES_PER_MS = 48


class Pages:
    """Whole pages, each as its granule position and its number, as their bytes come."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[tuple[int, int]]:
        if self._rest:
            data = self._rest + data
        at, end, pages = 0, len(data), []
        while end - at >= HEAD.size:
            magic, _, _, granule, _, number, _, segments = HEAD.unpack_from(data, at)
            if magic != b"OggS":
                raise NotSound(f"no Ogg page, but {data[at : at + 16]!r}")
            body = at + HEAD.size + segments
            after = body + sum(data[at + HEAD.size : body])
            if after > end or body > end:
                break
            pages.append((granule, number))
            at = after
        self._rest = data[at:]
        return pages


class Ear(Stream):
    """A listener of one mount. The two pages before there is sound have no granule position."""

    __slots__ = ("_pages",)

    def __init__(self, asked_ms: int) -> None:
        super().__init__(asked_ms)
        self._pages = Pages()

    def whole(self, data: bytes) -> list[tuple[int, int]]:
        pages = self._pages.feed(data)
        return [(number, granule // SAMPLES_PER_MS) for granule, number in pages if granule > 0]
