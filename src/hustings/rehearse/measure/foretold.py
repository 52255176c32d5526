"""What the simulation foretells, held against what as large a crowd did at a real edge.

Two things decide an evening: how soon a door lets in whom it can serve, and how many the line
feeds. What somebody who comes takes, what a part takes and what a listener takes of the line are
measured beforehand on smaller crowds, told to the simulation as figures, and what the large one
does is foretold second by second.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from hustings.domain.ids import PART_MS
from hustings.ops.clock import SystemClock
from hustings.rehearse.ears import Ears, Wanted, ears
from hustings.rehearse.forecast import Crowd, Fleet, evening
from hustings.rehearse.measure.cores import Served, process_us
from hustings.rehearse.measure.quota import held
from hustings.rehearse.tally import Tally

COME_PER_S = 1_000
OVERLOAD = 1.6
"""So many times as many come as can be served at the door."""
PLANNED = 0.85
"""The share of a line that is planned with (crates/media/src/edge/door/room.rs)."""
HEADER_KBIT = 2.2
"""What the same counts for headers."""
UPLINK = 'hustings_edge_headroom_ratio{of="uplink"}'
SWEPT_S, CALM_S_MAX = 6, 20
FEW, SETTLED_S, READINGS = 400, 10, 6
"""Enough for an edge to measure what they take of its line, once what came first is forgotten."""
RUSH, RUSH_PER_S, RUSH_MS = 3_200, 4_000, 800
"""As many at once show how many are let in within less time than a system takes to ask again."""
RUSHES = 3
"""Of which the middle one counts, after one to a cold door."""
IDLE_US_PER_PART, IDLE_US_PER_JOIN = 5.5, 100.0
"""Of an edge that has a core, and whose line is what there is too little of."""
SEEDS = range(1, 10)
RTT_MS = 0.2
"""Of our own machine."""
CLOCK = SystemClock()


@dataclass(frozen=True)
class Point:
    """How many had sound within so many seconds of their coming."""

    what: str
    at_s: int
    measured: int
    forecast: int

    @property
    def error(self) -> float:
        return abs(self.forecast - self.measured) / max(1, self.measured)

    def told(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "at_s": self.at_s,
            "measured": self.measured,
            "forecast": self.forecast,
            "error": round(self.error, 3),
        }


@dataclass(frozen=True)
class Line:
    """A line of so many Mbit/s, and when it is looked who is inside."""

    listeners: int
    uplink_mbit: int
    at_s: tuple[int, ...] = (2, 5, 10, 15, 20, 25)


@dataclass(frozen=True)
class Door:
    """An edge held to so much of a core, over TLS."""

    listeners: int
    percent: int
    trust: Path
    at_s: tuple[int, ...] = (1, 2, 3, 4)


async def line(media: str, served: Served, page: str, wanted: Line) -> list[Point]:
    """More come than the line feeds. `page`: where the edge shows its figures."""
    async with ears(media, Wanted(FEW, [served.stream], COME_PER_S)) as crowd:
        await CLOCK.sleep_ms(SETTLED_S * 1_000)
        taken = [1 - await _free(page)]
        for _ in range(READINGS - 1):
            await CLOCK.sleep_ms(1_000)
            taken.append(1 - await _free(page))
        fed = (await crowd.next()).playing / max(1e-3, sum(taken) / READINGS)
    kbit = PLANNED * wanted.uplink_mbit * 1e3 / max(1.0, fed) - HEADER_KBIT
    await CLOCK.sleep_ms(SETTLED_S * 1_000)
    count, last_s = wanted.listeners, max(wanted.at_s)
    async with ears(media, Wanted(count, [served.stream], COME_PER_S)) as crowd:
        await CLOCK.sleep_ms(last_s * 1_000 + 1_500)
        first_sound = (await crowd.next()).first_sound_ms
    fleet = Fleet(
        us_per_part=IDLE_US_PER_PART,
        us_per_join=IDLE_US_PER_JOIN,
        uplink_mbit=wanted.uplink_mbit,
        rtt_ms=RTT_MS,
        kbit_per_listener=kbit,
    )
    foretold = _foretell(media, Crowd(count, COME_PER_S), fleet)
    return _points("line", wanted.at_s, first_sound, foretold)


async def door(media: str, served: Served, wanted: Door) -> list[Point]:
    """More come, second by second, than can be served."""
    cores = wanted.percent / 100
    with held(served.pids, wanted.percent):
        rushes = list[tuple[float, float]]()
        for _ in range(1 + RUSHES):
            await CLOCK.sleep_ms(3_000)
            rushes.append(await _rush(media, served, wanted, cores))
        join_us, part_us = (median(figures) for figures in zip(*rushes[1:], strict=True))
        await CLOCK.sleep_ms(3_000)
        coming, last_s = (wanted.listeners, OVERLOAD * cores * 1e6 / join_us), max(wanted.at_s) + 3
        many = Wanted(coming[0], [served.stream], coming[1], trust=wanted.trust)
        async with ears(media, many) as crowd:
            await CLOCK.sleep_ms(last_s * 1000)
            first_sound = (await crowd.next()).first_sound_ms
    fleet = Fleet(us_per_part=part_us, us_per_join=join_us, rtt_ms=RTT_MS, cores=cores, sealed=True)
    return _points("door", wanted.at_s, first_sound, _foretell(media, Crowd(*coming), fleet))


def middle(rounds: Sequence[Sequence[Point]]) -> list[Point]:
    """Of each point what was measured and what was foretold in the middle of several rounds."""
    return [
        Point(
            same[0].what,
            same[0].at_s,
            round(median(point.measured for point in same)),
            round(median(point.forecast for point in same)),
        )
        for same in zip(*rounds, strict=True)
    ]


def errors(points: Sequence[Point]) -> dict[str, Any]:
    found = [point.error for point in points]
    return {
        "points": [point.told() for point in points],
        "error": {"median": round(median(found), 3), "max": round(max(found), 3)},
    }


async def _free(page: str) -> float:
    """The share of the line that is free, as the edge sees it."""
    async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
        text = (await http.get(f"{page}/metrics")).raise_for_status().text
    lines = (line.rpartition(" ") for line in text.splitlines())
    return next(float(value) for name, _, value in lines if name == UPLINK)


async def _rush(media: str, served: Served, wanted: Door, cores: float) -> tuple[float, float]:
    """Many at once, who stay: what one takes who comes, and then a part, in microseconds."""
    at_once = Wanted(RUSH, [served.stream], RUSH_PER_S, trust=wanted.trust)
    async with ears(media, at_once) as crowd:
        await CLOCK.sleep_ms(RUSH_MS * 2)
        steps = (await crowd.next()).first_sound_ms.steps
        part_us = await _swept(served, crowd)
    heard = max(1, sum(count for ms, count in steps.items() if ms <= RUSH_MS))
    parts = heard / 2 * RUSH_MS / PART_MS
    return (cores * RUSH_MS * 1_000 - parts * part_us) / heard, part_us


async def _swept(served: Served, crowd: Ears) -> float:
    """What a listener's part takes of the edge, in microseconds, once nobody comes any more."""
    inside = -1
    for _ in range(CALM_S_MAX):
        before, inside = inside, (await crowd.next()).playing
        if inside == before:
            break
        await CLOCK.sleep_ms(1_000)
    begun = process_us(served)
    await CLOCK.sleep_ms(SWEPT_S * 1_000)
    return (process_us(served) - begun) / (max(1, inside) * SWEPT_S * 1_000 / PART_MS)


def _foretell(media: str, crowd: Crowd, fleet: Fleet) -> list[float]:
    """How many have sound within 1, 2, 3 … seconds, in the middle of several evenings."""
    told = [evening(media, crowd, replace(fleet, seed=seed), edges=1) for seed in SEEDS]
    return [median(second) for second in zip(*(one["heard_within"] for one in told), strict=True)]


def _points(
    what: str, at_s: Sequence[int], first_sound: Tally, foretold: Sequence[float]
) -> list[Point]:
    def measured(second: int) -> int:
        return sum(count for ms, count in first_sound.steps.items() if ms <= second * 1000)

    return [Point(what, second, measured(second), round(foretold[second - 1])) for second in at_s]
