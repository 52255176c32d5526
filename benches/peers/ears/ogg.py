"""Ogg Opus out of an endless HTTP response (RFC 3533, RFC 7845). Pure: bytes in, pages out."""

from struct import Struct

from benches.peers.ears.tally import Hearing, NotSound

HEAD = Struct("<4sBBqIIIB")
SAMPLES_PER_MS = 48
SETTLED_MS = 2_000
"""What a newcomer gets at once is old: ages count from here on."""


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


class Ear:
    """A listener of one mount. `take` answers what to send next: nothing, ever."""

    __slots__ = ("_granule", "_head", "_number", "_pages", "ages", "hearing", "missing", "pieces")

    def __init__(self, asked_ms: int) -> None:
        self.hearing = Hearing(asked_ms)
        self.ages: list[int] = []
        self.missing = self.pieces = 0
        self._head: bytes | None = b""
        self._pages = Pages()
        self._granule = self._number = 0

    def take(self, data: bytes, now_ms: int) -> bytes:
        """Raises NotSound."""
        if self._head is not None:
            head, ended, data = (self._head + data).partition(b"\r\n\r\n")
            if not ended:
                self._head = head
                return b""
            if head.split(b" ", 2)[1:2] != [b"200"]:
                raise NotSound(repr(head[:40]))
            self._head = None
        for granule, number in self._pages.feed(data):
            if granule > 0:
                self._page(granule, number, now_ms)
        return b""

    def _page(self, granule: int, number: int, now_ms: int) -> None:
        if self._granule:
            self.missing += number - self._number - 1
            self.hearing.came(now_ms, (granule - self._granule) / SAMPLES_PER_MS)
            if now_ms - self.hearing.first_ms > SETTLED_MS:
                self.ages.append(now_ms - granule // SAMPLES_PER_MS)
        else:
            self.hearing.came(now_ms, 0)
        self.pieces += 1
        self._granule, self._number = granule, number

    def ended(self) -> bytes | None:
        """A radio that hangs up is gone."""
        return None

    def wake_ms(self) -> int | None:
        return None

    def wake(self, now_ms: int) -> bytes:
        return b""
