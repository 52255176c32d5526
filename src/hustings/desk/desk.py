"""The one write path: wish, decide, append, publish. What is not in the log did not happen.

Not here: what moves by itself (timers.py), what nodes are told (stagehand.py), HTTP (api/).
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hustings.desk.passes import Pass
from hustings.desk.ports import Ports
from hustings.domain import hall as halls
from hustings.domain.events import Event, PersonErased
from hustings.domain.hall import Hall
from hustings.domain.ids import HallId, PersonId
from hustings.domain.refusals import Refused
from hustings.domain.wishes import By, CreateHall, Wish
from hustings.ledger import chain
from hustings.ledger.checkpoint import Checkpoint, sign
from hustings.ledger.merkle import Frontier
from hustings.ledger.records import Entry, seal, unseal_all

T = TypeVar("T")
Changed = Callable[[Sequence[Event]], Awaitable[None]]


class Desk:
    """Halls as the log tells them, and the only hand that writes the log."""

    def __init__(self, ports: Ports, changed: Changed) -> None:
        self.ports = ports
        self.halls: dict[HallId, Hall] = {}
        self._heads: dict[HallId, tuple[int, bytes]] = {}
        self._tree = Frontier()
        self._changed = changed
        self._writing = asyncio.Lock()

    @property
    def revision(self) -> int:
        """Grows with every event of any hall, also across restarts."""
        return self._tree.size

    @property
    def pass_key(self) -> Ed25519PublicKey:
        return self.ports.keys.passes.public_key()

    async def load(self) -> None:
        self._tree = Frontier()
        for leaf in await self.ports.store.leaves():
            self._tree.push(leaf)
        for hall in await self.ports.store.halls():
            await self._load_hall(hall)

    def hall(self, hall: HallId) -> Hall:
        if hall in self.halls:
            return self.halls[hall]
        raise Refused("hall_unknown")

    def hall_of(self, person: PersonId) -> Hall | None:
        return next((h for h in self.halls.values() if person in h.people.by_id), None)

    def holds_until_s(self, given: Pass) -> int:
        """When a pass runs out, s since the epoch: later than it says in a postponed hall."""
        hall = self.halls.get(given.hall)
        grace = hall.life.grace if hall else None
        if grace is None or given.expires_s * 1000 < grace.from_ms:
            return given.expires_s
        return max(given.expires_s, grace.until_ms // 1000)

    def revoked(self) -> dict[str, int]:
        """Passes that were withdrawn and would still be good otherwise, by when they run out."""
        now_ms = self.ports.clock.now_ms()
        found = (item for hall in self.halls.values() for item in hall.people.revoked.items())
        return {jti: expires_at_ms for jti, expires_at_ms in found if expires_at_ms > now_ms}

    async def create(self, wish: CreateHall, by: By) -> Hall:
        return await _undisturbed(self._create(wish, by))

    async def ask(self, hall: HallId, wish: Wish, by: By) -> list[Event]:
        """Grant the wish or raise Refused. Answers what happened; nothing, if it was granted."""
        return await _undisturbed(
            self._write(hall, lambda now: halls.decide(self.hall(hall), wish, by, now))
        )

    async def tick(self) -> int | None:
        """Move every hall whose time has come; answers when the next one's will have."""
        now_ms = self.ports.clock.now_ms()
        for hall in list(self.halls.values()):
            at_ms = halls.deadline(hall)
            if at_ms is not None and at_ms <= now_ms:
                await self._begin(hall.hall)
        waiting = [halls.deadline(hall) for hall in self.halls.values()]
        return min((at_ms for at_ms in waiting if at_ms is not None), default=None)

    async def checkpoint(self) -> tuple[Checkpoint, str]:
        """The state of the whole log, signed, and kept."""
        point = Checkpoint(self._tree.size, self._tree.root())
        note = sign(point, self.ports.keys.log)
        await self.ports.store.keep_checkpoint(point.size, note)
        return point, note

    async def _begin(self, hall: HallId) -> None:
        await self._write(hall, lambda now_ms: halls.due(self.hall(hall), now_ms))

    async def _create(self, wish: CreateHall, by: By) -> Hall:
        def first(now_ms: int) -> list[Event]:
            if wish.hall in self.halls:
                raise Refused("hall_exists")
            return halls.create(wish, by=by, now_ms=now_ms)

        await self._write(wish.hall, first)
        return self.halls[wish.hall]

    async def _write(self, hall: HallId, decide: Callable[[int], list[Event]]) -> list[Event]:
        async with self._writing:
            events = decide(self.ports.clock.now_ms())
            if events:
                await self._append(hall, events)
        if events:
            await self._changed(events)
        return events

    async def _append(self, hall: HallId, events: Sequence[Event]) -> None:
        entries = self._entries(hall, events)
        gone = next((e.person for e in events if isinstance(e, PersonErased)), None)
        try:
            await self.ports.store.append(entries, erase=gone)
        except BaseException:
            # Kept or not, we cannot know; the log can.
            await self.load()
            raise
        for entry in entries:
            self._tree.push(entry.hash)
        self._heads[hall] = (entries[-1].seq + 1, entries[-1].hash)
        for event in events:
            known = self.halls.get(hall)
            self.halls[hall] = halls.evolve(known, event) if known else halls.begin(event)

    def _entries(self, hall: HallId, events: Sequence[Event]) -> list[Entry]:
        seq, head = self._heads.get(hall, (0, chain.GENESIS))
        entries = []
        for event in events:
            record, texts = seal(event, hall, seq, self.ports.entropy.draw)
            head = chain.link(head, record)
            entries.append(Entry(hall, seq, record, head, texts))
            seq += 1
        return entries

    async def _load_hall(self, hall: HallId) -> None:
        entries = await self.ports.store.entries(hall)
        self.halls[hall] = halls.fold(unseal_all(entries))
        self._heads[hall] = (entries[-1].seq + 1, entries[-1].hash)


async def _undisturbed(work: Coroutine[Any, Any, T]) -> T:
    """Whoever asked may hang up; what was begun is finished."""
    return await asyncio.shield(asyncio.ensure_future(work))
