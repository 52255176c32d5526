"""A rehearsal as it goes: people sit down, as many again come at once, all but a few leave."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from hustings.domain.refusals import StartRefused
from hustings.ops.clock import SystemClock, monotonic_ms
from hustings.rehearse.ears import Ears, Said, Wanted, both, ears
from hustings.rehearse.machine import Edges, busiest, free_bytes
from hustings.rehearse.verdict import Measured, Passage

STAY_SHARE = 0.02
SIT_DOWN_S = 10
STORM_S = 15
"""Whoever has no sound by then has none."""
SETTLE_S = 3
LISTEN_S = 5
STORM_NETWORK = 100
STAY_NETWORK = 200
CLOCK = SystemClock()


@dataclass(frozen=True)
class Plan:
    """Who comes to which stream, how fast the second half comes, how long each part is."""

    media: str
    stream: str
    listeners: int
    joins_per_s: float
    seconds: int
    whole_after_ms: int
    buffer_ms: int
    trust: Path | None = None


@dataclass(frozen=True)
class Sample:
    """A moment, for who watches and for the plots."""

    t_s: float
    passage: str
    said: Said
    busy: float | None


class Rehearsal:
    """One run; `tell` gets a sample about each second."""

    def __init__(self, plan: Plan, edges: Edges, tell: Callable[[Sample], None]) -> None:
        self._plan, self._edges, self._tell = plan, edges, tell
        self._crowds: list[Ears] = []
        self._passages: list[Passage] = []
        self._began_ms = monotonic_ms()
        self._seen = (self._began_ms, edges.spent_s())
        self._empty_rss = edges.rss()
        self._most_rss = self._empty_rss

    async def run(self) -> Measured:
        """Raises StartRefused, CrowdFault."""
        plan = self._plan
        staying = max(1, int(plan.listeners * STAY_SHARE))
        coming = plan.listeners // 2
        sitting = max(0, plan.listeners - coming - staying)
        bits = await _bits_per_s(plan.stream)
        async with self._crowd(staying, STAY_NETWORK):
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(self._crowd(sitting))
                await self._all_play("they sit down", 60 + sitting / self._sit_down_per_s)
                await self._passage("they sit", plan.seconds)
                storm = await stack.enter_async_context(self._storm(coming))
                joined = await self._come(storm)
                await self._passage("the house is full", plan.seconds)
                self._crowds = self._crowds[:1]
            await self._passage("all but a few have left", max(LISTEN_S, plan.seconds // 2))
        held = plan.listeners * 0.98
        more = self._most_rss - self._empty_rss
        return Measured(
            listeners=plan.listeners,
            passages=self._passages,
            joined=joined,
            whole_after_ms=plan.whole_after_ms,
            buffer_ms=plan.buffer_ms,
            bits_per_s=bits,
            room=self._edges.room(),
            bytes_per_listener=more / held if self._edges.pids and more > 0 else None,
            free_bytes=free_bytes() if self._edges.pids else None,
        )

    @property
    def _sit_down_per_s(self) -> float:
        return max(50.0, self._plan.listeners / 2 / SIT_DOWN_S)

    @asynccontextmanager
    async def _crowd(self, count: int, network: int = 1) -> AsyncIterator[Ears | None]:
        if count == 0:
            yield None
            return
        plan = self._plan
        wanted = Wanted(
            count, [plan.stream], self._sit_down_per_s, network=network, trust=plan.trust
        )
        async with ears(plan.media, wanted) as crowd:
            self._crowds.append(crowd)
            yield crowd

    @asynccontextmanager
    async def _storm(self, count: int) -> AsyncIterator[Ears]:
        plan = self._plan
        wanted = Wanted(count, [plan.stream], plan.joins_per_s, network=STORM_NETWORK)
        async with ears(plan.media, replace(wanted, trust=plan.trust)) as crowd:
            self._crowds.append(crowd)
            yield crowd

    async def _all_play(self, name: str, within_s: float) -> None:
        end = monotonic_ms() + within_s * 1000
        while any(crowd.last.playing < crowd.count for crowd in self._crowds):
            await self._look(name)
            if monotonic_ms() > end:
                said = self._said()
                raise StartRefused(
                    f"Of {said.wanted:,} who were to sit {said.playing:,} have sound.",
                    "Rehearse with fewer, or on a freer machine.",
                )
        await self._look(name)

    async def _come(self, storm: Ears) -> Said:
        """The second half comes; what it says when all have sound, or no more time."""
        before, plan = self._said(), self._plan
        end = monotonic_ms() + (plan.listeners / 2 / plan.joins_per_s + STORM_S) * 1000
        while storm.last.playing < storm.count and monotonic_ms() < end:
            await self._look("they come")
        self._note("they come", before)
        return storm.last

    async def _passage(self, name: str, seconds: float) -> None:
        await self._look(name)
        before, spent, at_ms = self._said(), self._edges.spent_s(), monotonic_ms()
        while monotonic_ms() < at_ms + seconds * 1000:
            await self._look(name)
        took_s = (monotonic_ms() - at_ms) / 1000
        self._note(name, before, busiest(spent, self._edges.spent_s(), took_s))

    def _note(self, name: str, before: Said, busy: float | None = None) -> None:
        self._passages.append(Passage(name, before, self._said(), busy))

    async def _look(self, name: str) -> None:
        """Wait for the next word of the crowds, and pass it on."""
        await asyncio.gather(*(crowd.next() for crowd in self._crowds))
        now, spent = monotonic_ms(), self._edges.spent_s()
        then, before = self._seen
        busy = busiest(before, spent, max(0.001, (now - then) / 1000))
        self._seen = (now, spent)
        self._most_rss = max(self._most_rss, self._edges.rss())
        self._tell(Sample((now - self._began_ms) / 1000, name, self._said(), busy))

    def _said(self) -> Said:
        return both([crowd.last for crowd in self._crowds])


async def _bits_per_s(stream: str) -> float:
    """Of one listener, head and first burst left out."""
    async with (
        httpx.AsyncClient(timeout=10, trust_env=False, verify=False) as http,
        http.stream("GET", stream) as answer,
    ):
        if answer.is_error:
            raise StartRefused(f"{stream} answers {answer.status_code}.", "Is it live?")
        pieces = answer.aiter_raw()
        await anext(pieces)
        began, count = monotonic_ms(), 0
        async for piece in pieces:
            count += len(piece)
            if monotonic_ms() - began > SETTLE_S * 1000:
                break
    return count * 8 / ((monotonic_ms() - began) / 1000)


def table(samples: Sequence[Sample]) -> list[dict[str, float | str | None]]:
    """The samples as rows, with the ages of each one's own time."""
    rows: list[dict[str, float | str | None]] = []
    last: Sample | None = None
    for sample in samples:
        earlier = last.said.age_ms if last else sample.said.age_ms
        rows.append(
            {
                "t_s": round(sample.t_s, 1),
                "passage": sample.passage,
                "playing": sample.said.playing,
                "missed": sample.said.missed,
                "age_ms_p99": sample.said.age_ms.since(earlier).at(0.99),
                "busy": None if sample.busy is None else round(sample.busy, 3),
                "crowd_late_ms_p99": sample.said.late_ms.at(0.99),
            }
        )
        last = sample
    return rows
