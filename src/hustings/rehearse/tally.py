"""Durations as crowds count them (crates/media/src/crowd/tally.rs), added up and taken apart."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Tally:
    """How many durations were at most so long, by the end of their step in ms."""

    steps: Counter[float]

    @classmethod
    def of(cls, told: dict[str, Any] | None) -> "Tally":
        """Of what a crowd says under `age_ms`, `first_sound_ms` or `late_ms`."""
        return cls(Counter({ms: count for ms, count in (told or {}).get("steps", [])}))

    @classmethod
    def sum(cls, tallies: "Iterable[Tally]") -> "Tally":
        total: Counter[float] = Counter()
        for tally in tallies:
            total.update(tally.steps)
        return cls(total)

    def since(self, earlier: "Tally") -> "Tally":
        """What was counted after `earlier`."""
        return Tally(self.steps - earlier.steps)

    def later(self, ms: float) -> "Tally":
        """The same, counted from a moment so much later."""
        return Tally(Counter({step - ms: count for step, count in self.steps.items()}))

    def at(self, share: float) -> float | None:
        """The least duration in ms that a share of all, from 0 to 1, does not exceed."""
        wanted, seen = max(1, -int(-self.steps.total() * share // 1)), 0
        for ms in sorted(self.steps):
            seen += self.steps[ms]
            if seen >= wanted:
                return round(ms, 2)
        return None

    def told(self) -> dict[str, float | None]:
        return {"p50": self.at(0.5), "p99": self.at(0.99), "max": self.at(1.0)}
