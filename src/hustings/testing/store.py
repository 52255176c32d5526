"""The log in memory. Held to the same contract as SQLite (tests/contract)."""

from collections.abc import Sequence
from dataclasses import replace

from hustings.desk.ports import Conflict
from hustings.domain.ids import HallId, PersonId
from hustings.ledger.records import Entry


class MemoryStore:
    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self.checkpoints: dict[int, str] = {}
        self._links: dict[bytes, int] = {}

    async def append(self, entries: Sequence[Entry], *, erase: PersonId | None = None) -> None:
        hall = entries[0].hall
        expected = len(await self.entries(hall))
        if [entry.seq for entry in entries] != [*range(expected, expected + len(entries))]:
            raise Conflict(f"{hall} is at {expected}")
        kept = [*self._entries, *entries]
        if erase is not None:
            kept = [_without(e, erase) if e.hall == hall else e for e in kept]
        self._entries = kept

    async def halls(self) -> list[HallId]:
        return [entry.hall for entry in self._entries if entry.seq == 0]

    async def entries(self, hall: HallId) -> list[Entry]:
        return [entry for entry in self._entries if entry.hall == hall]

    async def leaves(self) -> list[bytes]:
        return [entry.hash for entry in self._entries]

    async def keep_checkpoint(self, size: int, note: str) -> None:
        self.checkpoints.setdefault(size, note)

    @property
    def owner_links(self) -> "MemoryStore":
        return self

    async def add(self, token_hash: bytes, expires_at_ms: int) -> None:
        self._links[token_hash] = expires_at_ms

    async def use(self, token_hash: bytes, now_ms: int) -> bool:
        good = self._links.get(token_hash, 0) > now_ms
        if good:
            self._links[token_hash] = 0
        return good


def _without(entry: Entry, person: PersonId) -> Entry:
    return replace(entry, texts=tuple(t for t in entry.texts if t.person != person))
