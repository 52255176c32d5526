"""What a cache asked of the edge behind it. Pure: lines in, figures out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PLAYLIST_EVERY_S = 0.96
"""A playlist without directives is another object so often: with each LL-HLS part."""


@dataclass(frozen=True)
class Asked:
    """Requests by address: of what never changes, and of playlists that are read as they are."""

    fixed: Counter[str]
    newest: Counter[str]
    refused: int
    seconds: float

    @classmethod
    def of(cls, lines: Sequence[str], seconds: float) -> "Asked":
        """Lines are an address and a status, as caches log them."""
        fixed: Counter[str] = Counter()
        newest: Counter[str] = Counter()
        refused = 0
        for line in lines:
            address, _, status = line.partition(" ")
            refused += not status.startswith("200")
            changes = address.endswith(".m3u8") and not address.endswith("all.m3u8")
            (newest if changes else fixed)[address] += 1
        return cls(fixed, newest, refused, seconds)

    def told(self) -> dict[str, Any]:
        """`per_object`: requests for each thing that there was to ask for."""
        objects = len(self.fixed) + sum(
            max(1, round(min(count, self.seconds / PLAYLIST_EVERY_S)))
            for count in self.newest.values()
        )
        requests = self.fixed.total() + self.newest.total()
        most = max(self.fixed.values(), default=0)
        return {
            "objects": objects,
            "requests": requests,
            "per_object": round(requests / max(1, objects), 3),
            "most_of_one": most,
            "refused": self.refused,
        }
