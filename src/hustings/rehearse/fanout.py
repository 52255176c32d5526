"""What a listener costs: the edge and the floor in turn, the same crowd on the other core."""

from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from hustings.domain.refusals import StartRefused
from hustings.ops.clock import SystemClock, monotonic_ms
from hustings.rehearse.cores import Pair, Reading, Served
from hustings.rehearse.ears import Ears, Wanted, ears
from hustings.rehearse.tally import Tally

JOINS_PER_S = 2_000
JOINED_WITHIN_S = 60
CALM_S = 5
CLOCK = SystemClock()


@dataclass(frozen=True)
class Measure:
    """What is measured; a part is whole so long after it began."""

    listeners: int
    seconds: int
    rounds: int
    whole_after_ms: int


@dataclass(frozen=True)
class Turn:
    """One crowd at one server. Times in microseconds of its core, sizes in bytes a listener."""

    us_per_part: float
    missed: int
    age_ms: Tally
    late_ms: Tally
    rss: float
    kernel: float


@dataclass(frozen=True)
class Calm:
    """Before anyone listened. What memory a crowd took, the next one finds taken."""

    us_per_s: float
    rss: dict[str, int]


async def compare(pair: Pair, wanted: Measure) -> dict[str, Any]:
    """Both in turn, `rounds` times, the first in every second one. Raises StartRefused."""
    pair.keep_to_their_core()
    calm = await _calm(pair)
    turns: dict[str, list[Turn]] = {"edge": [], "floor": []}
    for number in range(wanted.rounds):
        both = (pair.edge, pair.floor)
        for served in both if number % 2 == 0 else both[::-1]:
            empty = Reading.of(served)
            crowd = Wanted(wanted.listeners, [served.stream], JOINS_PER_S)
            async with ears(pair.media, crowd) as listening:
                turn = await _turn(listening, served, wanted.seconds, calm)
            kernel = turn.kernel - empty.kernel / wanted.listeners
            turns[served.name].append(replace(turn, kernel=kernel))
    told = {"listeners": wanted.listeners, "seconds": wanted.seconds, "rounds": wanted.rounds}
    return told | _figures(turns["edge"], turns["floor"], wanted.whole_after_ms)


async def _calm(pair: Pair) -> Calm:
    before = Reading.of(pair.edge)
    await CLOCK.sleep_ms(CALM_S * 1000)
    edge, floor = Reading.of(pair.edge), Reading.of(pair.floor)
    spent = (edge.busy_us - before.busy_us) / CALM_S
    return Calm(spent, {"edge": edge.rss, "floor": floor.rss})


async def _turn(crowd: Ears, served: Served, seconds: int, calm: Calm) -> Turn:
    if not await crowd.all_play(JOINED_WITHIN_S + crowd.count / JOINS_PER_S):
        raise StartRefused(
            f"Of {crowd.count} listeners {crowd.last.playing} have sound.",
            "Measure with fewer, or on a freer machine.",
        )
    await crowd.next()
    first, began, before = await crowd.next(), monotonic_ms(), Reading.of(served)
    while monotonic_ms() - began < seconds * 1000:
        last = await crowd.next()
    took_s, after = (monotonic_ms() - began) / 1000, Reading.of(served)
    busy = after.busy_us - before.busy_us - calm.us_per_s * took_s
    return Turn(
        us_per_part=busy / max(1, last.parts - first.parts),
        missed=last.missed - first.missed,
        age_ms=last.age_ms.since(first.age_ms),
        late_ms=last.late_ms.since(first.late_ms),
        rss=(after.rss - calm.rss[served.name]) / crowd.count,
        kernel=after.kernel / crowd.count,
    )


def _figures(edge: list[Turn], floor: list[Turn], whole_after_ms: int) -> dict[str, Any]:
    pairs = [(one.us_per_part, bare.us_per_part) for one, bare in zip(edge, floor, strict=True)]
    # So few listeners may cost less than what else this core does from one turn to the next.
    ratios = [one / bare for one, bare in pairs if min(one, bare) > 0]
    age, floor_age = (Tally.sum(turn.age_ms for turn in turns) for turns in (edge, floor))
    return {
        "ratio_to_floor": round(median(ratios), 3) if ratios else None,
        "ratios": [round(ratio, 3) for ratio in ratios],
        "edge_us_per_part": _middle(edge, "us_per_part"),
        "floor_us_per_part": _middle(floor, "us_per_part"),
        "missed_parts": sum(turn.missed for turn in edge),
        "floor_missed_parts": sum(turn.missed for turn in floor),
        "age_ms": age.later(whole_after_ms).told(),
        "floor_age_ms": floor_age.later(whole_after_ms).told(),
        "sound_age_ms": age.told(),
        "crowd_late_ms": Tally.sum(turn.late_ms for turn in edge).told(),
        "bytes_per_listener": {
            "rss": _middle(edge, "rss"),
            "kernel": round(_middle(edge, "kernel") - _middle(floor, "kernel"), 1),
        },
    }


def _middle(turns: list[Turn], what: str) -> float:
    return round(float(median(getattr(turn, what) for turn in turns)), 2)
