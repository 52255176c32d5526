"""What a listener costs: the edge and the floor in turn, the same crowd on the other core."""

from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from hustings.domain.refusals import StartRefused
from hustings.ops.clock import SystemClock, monotonic_ms
from hustings.rehearse.cores import Ears, Pair, Reading, Served, ears

JOINS_PER_S = 2_000
JOINED_WITHIN_S = 60
CALM_S = 5
CLOCK = SystemClock()


@dataclass(frozen=True)
class Turn:
    """One crowd at one server. Times in microseconds of its core, sizes in bytes a listener."""

    us_per_part: float
    missed: int
    age_ms: dict[str, float]
    late_ms: dict[str, float]
    rss: float
    kernel: float


@dataclass(frozen=True)
class Calm:
    """Before anyone listened. What memory a crowd took, the next one finds taken."""

    us_per_s: float
    rss: dict[str, int]


async def compare(pair: Pair, listeners: int, seconds: int, rounds: int) -> dict[str, Any]:
    """Both in turn, `rounds` times, the first in every second one. Raises StartRefused."""
    pair.keep_to_their_core()
    calm = await _calm(pair)
    turns: dict[str, list[Turn]] = {"edge": [], "floor": []}
    for number in range(rounds):
        both = (pair.edge, pair.floor)
        for served in both if number % 2 == 0 else both[::-1]:
            empty = Reading.of(served.pid)
            async with ears(pair.media, served, listeners, JOINS_PER_S) as crowd:
                turn = await _turn(crowd, served, seconds, calm)
            turns[served.name].append(replace(turn, kernel=turn.kernel - empty.kernel / listeners))
    told = {"listeners": listeners, "seconds": seconds, "rounds": rounds}
    return told | _figures(turns["edge"], turns["floor"])


async def _calm(pair: Pair) -> Calm:
    before = Reading.of(pair.edge.pid)
    await CLOCK.sleep_ms(CALM_S * 1000)
    edge, floor = Reading.of(pair.edge.pid), Reading.of(pair.floor.pid)
    spent = (edge.busy_us - before.busy_us) / CALM_S
    return Calm(spent, {"edge": edge.rss, "floor": floor.rss})


async def _turn(crowd: Ears, served: Served, seconds: int, calm: Calm) -> Turn:
    if not await crowd.all_play(JOINED_WITHIN_S + crowd.count / JOINS_PER_S):
        raise StartRefused(
            f"Of {crowd.count} listeners {crowd.last.get('playing', 0)} have sound.",
            "Measure with fewer, or on a freer machine.",
        )
    await crowd.next()
    first, began, before = await crowd.next(), monotonic_ms(), Reading.of(served.pid)
    while monotonic_ms() - began < seconds * 1000:
        last = await crowd.next()
    took_s, after = (monotonic_ms() - began) / 1000, Reading.of(served.pid)
    busy = after.busy_us - before.busy_us - calm.us_per_s * took_s
    return Turn(
        us_per_part=busy / max(1, last["parts"] - first["parts"]),
        missed=last["missed"] - first["missed"],
        age_ms=last["age_ms"],
        late_ms=last["late_ms"],
        rss=(after.rss - calm.rss[served.name]) / crowd.count,
        kernel=after.kernel / crowd.count,
    )


def _figures(edge: list[Turn], floor: list[Turn]) -> dict[str, Any]:
    pairs = [(one.us_per_part, bare.us_per_part) for one, bare in zip(edge, floor, strict=True)]
    # So few listeners may cost less than what else this core does from one turn to the next.
    ratios = [one / bare for one, bare in pairs if min(one, bare) > 0]
    return {
        "ratio_to_floor": round(median(ratios), 3) if ratios else None,
        "ratios": [round(ratio, 3) for ratio in ratios],
        "edge_us_per_part": _middle(edge, "us_per_part"),
        "floor_us_per_part": _middle(floor, "us_per_part"),
        "missed_parts": sum(turn.missed for turn in edge),
        "floor_missed_parts": sum(turn.missed for turn in floor),
        "age_ms": _middles([turn.age_ms for turn in edge]),
        "floor_age_ms": _middles([turn.age_ms for turn in floor]),
        "crowd_late_ms": _middles([turn.late_ms for turn in edge]),
        "bytes_per_listener": {
            "rss": _middle(edge, "rss"),
            "kernel": round(_middle(edge, "kernel") - _middle(floor, "kernel"), 1),
        },
    }


def _middle(turns: list[Turn], what: str) -> float:
    return round(float(median(getattr(turn, what) for turn in turns)), 2)


def _middles(told: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(median(one[name] for one in told), 2) for name in ("p50", "p99", "max")}
