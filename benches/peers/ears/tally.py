"""What listeners of any peer have to tell: when sound came first, whether it ran dry since.

Pure: no sockets, no clock. Times in milliseconds of one monotonic clock.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields

PATIENCE_MS = 1_000
"""A listener begins to play so long after the first sound, as the page's buffer does."""


class NotSound(Exception):
    """The server answers, and it is no sound."""


class Hearing:
    """One listener. Sound that comes after the buffer ran dry is a stall, and play begins anew."""

    __slots__ = ("asked_ms", "dry_ms", "first_ms", "last_ms", "longest_ms", "patience_ms", "stalls")

    def __init__(self, asked_ms: int, patience_ms: int = PATIENCE_MS) -> None:
        self.asked_ms = asked_ms
        self.patience_ms = patience_ms
        self.first_ms = -1
        self.last_ms = self.dry_ms = self.longest_ms = self.stalls = 0

    @property
    def plays(self) -> bool:
        return self.first_ms >= 0

    def came(self, now_ms: int, sound_ms: float) -> None:
        """So much sound, whole, at this moment."""
        if self.first_ms < 0:
            self.first_ms = now_ms
            self.dry_ms = now_ms + self.patience_ms
        else:
            self.longest_ms = max(self.longest_ms, now_ms - self.last_ms)
            if now_ms > self.dry_ms:
                self.stalls += 1
                self.dry_ms = now_ms
        self.last_ms = now_ms
        self.dry_ms += int(sound_ms)

    def longest_until(self, now_ms: int) -> int:
        """The longest wait for sound since the last time this was asked, the one under way too."""
        longest, self.longest_ms = max(self.longest_ms, now_ms - self.last_ms), 0
        return longest


@dataclass
class Tally:
    """A crowd. The first eight since it began; waits, ages and its own lateness since last told."""

    wanted: int = 0
    playing: int = 0
    turned_away: int = 0
    """Ended before there was sound."""
    let_go: int = 0
    """Ended by the server after there was sound."""
    pieces: int = 0
    stalls: int = 0
    missing: int = 0
    """Pieces that the numbering skipped."""
    first_sound_ms: Counter[int] = field(default_factory=Counter)
    waits_ms: Counter[int] = field(default_factory=Counter)
    """The longest wait of each listener."""
    ages_ms: Counter[int] = field(default_factory=Counter)
    """Arrival less media time: told apart from the least one there is, an age."""
    late_ms: Counter[int] = field(default_factory=Counter)

    def __add__(self, other: "Tally") -> "Tally":
        names = [one.name for one in fields(self)]
        return Tally(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def gaps(self) -> dict[str, float | None]:
        """What the waits of listeners come to. For the whole crowd, none of it sampled."""
        return {
            "stalls": self.stalls,
            "missing": self.missing,
            "let_go": self.let_go,
            "longest_wait_ms_p99": percentile(self.waits_ms, 0.99),
            "longest_wait_ms_max": percentile(self.waits_ms, 1),
        }


def total(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())


def percentile(counts: Counter[int], share: float) -> int | None:
    """The least value that so large a share is at or below; `None` of nothing."""
    wanted, seen = share * counts.total(), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= wanted:
            return value
    return None


def spread(counts: Counter[int], zero: int = 0) -> dict[str, int | None]:
    """p50, p99 and the largest, from this zero."""
    told = {"p50": percentile(counts, 0.5), "p99": percentile(counts, 0.99)}
    told["max"] = percentile(counts, 1)
    return {name: None if value is None else value - zero for name, value in told.items()}
