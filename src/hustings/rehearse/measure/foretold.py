"""What the simulation foretells, held against what as large a crowd did at a real edge.

Two things decide an evening: how soon a door lets in whom it can serve, and how many the line
feeds. Each is measured once, told to the simulation as a figure, and foretold second by second.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from hustings.ops.clock import SystemClock
from hustings.rehearse.ears import Wanted, ears
from hustings.rehearse.forecast import Crowd, Fleet, evening
from hustings.rehearse.measure.cores import Served
from hustings.rehearse.measure.crush import BEST_S, ENDLESS, visits
from hustings.rehearse.measure.quota import held
from hustings.rehearse.tally import Tally

AT_ONCE_PER_S = 1e6
PLANNED = 0.85
"""The share of a line that is planned with (crates/media/src/edge/door/room.rs)."""
UPLINK = 'hustings_edge_headroom_ratio{of="uplink"}'
RTT_MS = 0.2
"""Of our own machine."""
CLOCK = SystemClock()


@dataclass(frozen=True)
class Point:
    """How many were inside so many seconds after all had come."""

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
    first_sound, inside = await _come(media, served, wanted.listeners, max(wanted.at_s), None)
    async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
        text = (await http.get(f"{page}/metrics")).raise_for_status().text
    lines = (line.rpartition(" ") for line in text.splitlines())
    free = next(float(value) for name, _, value in lines if name == UPLINK)
    fed = inside / max(1e-3, 1 - free)
    kbit = PLANNED * wanted.uplink_mbit * 1e3 / fed
    fleet = replace(_fleet(100.0), uplink_mbit=wanted.uplink_mbit, kbit_per_listener=kbit)
    return _points("line", wanted.at_s, first_sound, _foretell(media, wanted.listeners, fleet))


async def door(media: str, served: Served, wanted: Door) -> list[Point]:
    """More come at once than can be served in a second."""
    with held(served.pids, wanted.percent):
        await CLOCK.sleep_ms(3_000)
        best = await visits(media, served, wanted.trust, ENDLESS, BEST_S)
        per_s = best["heard"] / best["seconds"]
        await CLOCK.sleep_ms(3_000)
        count, last_s = wanted.listeners, max(wanted.at_s)
        first_sound, _ = await _come(media, served, count, last_s, wanted.trust)
    cores = wanted.percent / 100
    fleet = replace(_fleet(cores * 1e6 / per_s), cores=cores, sealed=True)
    return _points("door", wanted.at_s, first_sound, _foretell(media, count, fleet))


def errors(points: Sequence[Point]) -> dict[str, Any]:
    found = [point.error for point in points]
    return {
        "points": [point.told() for point in points],
        "error": {"median": round(median(found), 3), "max": round(max(found), 3)},
    }


async def _come(
    media: str, served: Served, count: int, seconds: int, trust: Path | None
) -> tuple[Tally, int]:
    """All at once: when each had sound, and how many are inside at the end."""
    wanted = Wanted(count, [served.stream], AT_ONCE_PER_S, trust=trust)
    async with ears(media, wanted) as crowd:
        await CLOCK.sleep_ms(seconds * 1000 + 1_500)
        said = await crowd.next()
    return said.first_sound_ms, said.playing


def _fleet(us_per_join: float) -> Fleet:
    return Fleet(us_per_part=5.5, us_per_join=us_per_join, rtt_ms=RTT_MS)


def _foretell(media: str, listeners: int, fleet: Fleet) -> list[int]:
    """How many are inside at the end of each second."""
    told = evening(media, Crowd(listeners, AT_ONCE_PER_S), fleet, edges=1)
    return [second["listening"] for second in told["seconds"]]


def _points(
    what: str, at_s: Sequence[int], first_sound: Tally, foretold: Sequence[int]
) -> list[Point]:
    def measured(second: int) -> int:
        return sum(count for ms, count in first_sound.steps.items() if ms <= second * 1000)

    return [Point(what, second, measured(second), foretold[second - 1]) for second in at_s]
