"""Of what the stages say about time on air, each part counted once. Pure.

Both stages hear everything; one is believed while it speaks, so that no part counts twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hustings.domain.ids import SeatId
from hustings.domain.wishes import NoteTalk

NOTE_PARTS = 20
"""4.8 s: so often a hall that is on writes down who spoke."""
SILENT_MS = 3000
"""After that the other stage is believed."""


@dataclass
class Talk:
    """One hall's."""

    node: str = ""
    heard_ms: int = 0
    since: int = 0
    to: int = 0
    voiced_ms: dict[SeatId, float] = field(default_factory=dict)

    def handle(
        self, node: str, span: tuple[int, int], voiced: Mapping[SeatId, int], now_ms: int
    ) -> NoteTalk | None:
        """`span`: from which part, and up to which; `voiced`: ms by seat in it."""
        if node != self.node and now_ms - self.heard_ms <= SILENT_MS:
            return None
        self.node, self.heard_ms = node, now_ms
        first, end = span
        if end <= self.to or end <= first:
            return None
        # What was counted already, by another stage, is taken off in proportion.
        share = (end - max(first, self.to)) / (end - first)
        note = self._flush() if self.since < self.to < first else None
        if self.since >= self.to:
            self.since = max(first, self.to)
        for seat, ms in voiced.items():
            self.voiced_ms[seat] = self.voiced_ms.get(seat, 0) + ms * share
        self.to = end
        if note is None and self.to - self.since >= NOTE_PARTS:
            note = self._flush()
        return note

    def _flush(self) -> NoteTalk:
        voiced = {seat: round(ms) for seat, ms in self.voiced_ms.items()}
        note = NoteTalk(self.since, self.to, voiced)
        self.since, self.voiced_ms = self.to, {}
        return note
