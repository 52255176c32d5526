"""Listeners by the thousand: several processes of them, counted as one crowd."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hustings.fleet.crowd import Crowd, CrowdFault, crowd
from hustings.rehearse.tally import Tally

EACH_MAX = 17_000
"""Descriptors for so many, where a process has 20,000."""
COUNTS = ("wanted", "connected", "playing", "waiting", "parts", "missed", "reconnects")
TALLIES = ("first_sound_ms", "back_ms", "age_ms", "late_ms")
ADDRESSES = 8
"""Where one process is not enough, each comes from so many: the system looks long for a free port
of an address that has used half of them."""


@dataclass(frozen=True)
class Wanted:
    """So many listeners of one or more streams, of whom so many come each second."""

    count: int
    streams: Sequence[str]
    per_s: float
    leaving_per_s: float = 0
    network: int = 1
    """The first of the networks 127.0.x.0 that they come from, where one address is not enough."""
    trust: Path | None = None
    """The certificate they trust."""
    spread: bool = True
    """Over all streams from the start; else all at the first, as long as it is there."""

    def orders(self) -> Iterator[dict[str, Any]]:
        parts = -(-self.count // EACH_MAX)
        for n in range(parts):
            count = self.count // parts + (n < self.count % parts)
            share = count / self.count
            net = f"127.0.{self.network + n}"
            sources = [f"{net}.{k + 1}" for k in range(ADDRESSES if parts > 1 else 0)]
            yield {
                "count": count,
                "streams": list(self.streams),
                "spread": self.spread,
                "ramp_per_s": self.per_s * share,
                "leaving_per_s": self.leaving_per_s * share,
                "sources": sources,
            }


@dataclass(frozen=True)
class Said:
    """What a crowd says of itself at one moment."""

    wanted: int
    connected: int
    playing: int
    waiting: int
    """Those who have a place in line."""
    parts: int
    missed: int
    reconnects: int
    refused: Counter[str]
    """By the code of the refusal."""
    busy_percent: float
    """Of its most occupied process: at a hundred, what it says is its own lateness."""
    first_sound_ms: Tally
    back_ms: Tally
    """From being cut off to hearing on."""
    age_ms: Tally
    late_ms: Tally

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Said":
        """Of what one process says under `listeners` (spec/processes.md, "crowd")."""
        named: dict[str, Any] = {name: int(told[name]) for name in COUNTS}
        named |= {name: Tally.of(told[name]) for name in TALLIES}
        busy = float(told["busy_percent"])
        return cls(refused=Counter(told["refused"]), busy_percent=busy, **named)


def both(said: Sequence[Said]) -> Said:
    """Several crowds as one."""
    named: dict[str, Any] = {name: sum(getattr(one, name) for one in said) for name in COUNTS}
    named |= {name: Tally.sum(getattr(one, name) for one in said) for name in TALLIES}
    refused: Counter[str] = sum((one.refused for one in said), Counter())
    busy = max((one.busy_percent for one in said), default=0.0)
    return Said(refused=refused, busy_percent=busy, **named)


@dataclass
class Ears:
    """A crowd that listens: what it said each second."""

    count: int
    _parts: int
    _last: dict[int, dict[str, Any]] = field(default_factory=dict)
    _ended: bool = False
    _told: asyncio.Event = field(default_factory=asyncio.Event)
    _wakes: int = 0

    @property
    def last(self) -> Said:
        return both([Said.of(told) for told in self._last.values()])

    async def follow(self, number: int, running: Crowd) -> None:
        try:
            async for line in running.lines():
                if line["listeners"]:
                    self._last[number] = line["listeners"]
                    self._wakes += 1
                    if self._wakes % self._parts == 0:
                        self._told.set()
        finally:
            self._ended = True
            self._told.set()

    async def next(self) -> Said:
        """What it says next. Raises CrowdFault where it says nothing more."""
        self._told.clear()
        if not self._ended:
            await self._told.wait()
        if self._ended:
            raise CrowdFault("The crowd ended before its time.")
        return self.last

    async def all_play(self, within_s: float) -> bool:
        """Wait until all have sound; whether they had it in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self.last.playing != self.count:
                    await self.next()
                return True
        return False


@asynccontextmanager
async def ears(media: str, wanted: Wanted) -> AsyncIterator[Ears]:
    """The crowd, for as long as it is needed."""
    orders = list(wanted.orders())
    listening = Ears(wanted.count, len(orders))
    async with AsyncExitStack() as stack:
        crowds = [
            await stack.enter_async_context(crowd(media, {"listeners": order}, wanted.trust))
            for order in orders
        ]
        following = [asyncio.create_task(listening.follow(n, c)) for n, c in enumerate(crowds)]
        try:
            yield listening
        finally:
            for running in crowds:
                running.stop()
            await asyncio.gather(*following, return_exceptions=True)
