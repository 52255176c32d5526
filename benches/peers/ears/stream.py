"""A listener of a response that does not end: what every such stream has in common. Pure."""

from abc import ABC, abstractmethod
from collections.abc import Iterable

from benches.peers.ears.tally import Hearing, NotSound

SETTLED_MS = 2_000
"""What a newcomer gets at once is old: ages count from here on."""


class Stream(ABC):
    """`take` answers what to send next: nothing, ever."""

    __slots__ = ("_head", "_media_ms", "_number", "ages", "hearing", "missing", "pieces")

    def __init__(self, asked_ms: int) -> None:
        self.hearing = Hearing(asked_ms)
        self.ages: list[int] = []
        self.missing = self.pieces = 0
        self._head: bytes | None = b""
        self._number, self._media_ms = -1, 0

    @abstractmethod
    def whole(self, data: bytes) -> Iterable[tuple[int, int]]:
        """The pieces of sound that these bytes complete: each one's number, and the media time, in
        ms, that it reaches to. Raises NotSound."""

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
        for number, media_ms in self.whole(data):
            self._came(number, media_ms, now_ms)
        return b""

    def _came(self, number: int, media_ms: int, now_ms: int) -> None:
        if self._number >= 0:
            self.missing += number - self._number - 1
            self.hearing.came(now_ms, media_ms - self._media_ms)
            if now_ms - self.hearing.first_ms > SETTLED_MS:
                self.ages.append(now_ms - media_ms)
        else:
            self.hearing.came(now_ms, 0)
        self.pieces += 1
        self._number, self._media_ms = number, media_ms

    def ended(self) -> bytes | None:
        """A radio that hangs up is gone."""
        return None

    def wake_ms(self) -> int | None:
        return None

    def wake(self, now_ms: int) -> bytes:
        return b""
