"""What a listener costs: the edge and the floor in turn, the same crowd beside them."""

from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from hustings.domain.refusals import StartRefused
from hustings.ops.clock import SystemClock, monotonic_ms
from hustings.rehearse.ears import Ears, Said, Wanted, ears
from hustings.rehearse.measure.cores import Reading, Served
from hustings.rehearse.tally import Tally

JOINS_PER_S = 1_000
JOINED_WITHIN_S = 120
MOMENTS_MAX = 100
SETTLED_S = 180
"""By then an edge keeps what it will ever keep: two minutes of HLS."""
CALM_S = 5
CLOCK = SystemClock()


@dataclass(frozen=True)
class Measure:
    """What is measured; a part is whole so long after it began."""

    listeners: int
    seconds: int
    rounds: int
    whole_after_ms: int
    leaving_per_s: float = 0
    trust: Path | None = None

    def crowd(self, served: Served) -> Wanted:
        return Wanted(
            self.listeners,
            [served.stream],
            JOINS_PER_S,
            leaving_per_s=self.leaving_per_s,
            trust=self.trust,
        )


@dataclass(frozen=True)
class Moment:
    """A second in which parts were missed, and how old and how late what came then was."""

    at_s: float
    missed: int
    oldest_ms: float | None
    crowd_late_ms: float | None

    @classmethod
    def of(cls, before: Said, said: Said, at_s: float) -> "Moment | None":
        """What went wrong between two words of a crowd, if anything did."""
        missed = said.missed - before.missed
        oldest = said.age_ms.since(before.age_ms).at(1.0)
        late = said.late_ms.since(before.late_ms).at(1.0)
        return cls(round(at_s, 1), missed, oldest, late) if missed else None


@dataclass(frozen=True)
class Turn:
    """One crowd at one server. Times in microseconds, sizes in bytes a listener."""

    us_per_part: float
    cores_busy: float
    missed: int
    age_ms: Tally
    late_ms: Tally
    first_sound_ms: Tally
    rss: float
    kernel: float
    reconnects: int
    refused: dict[str, int]
    rss_per_minute: float
    """How much the processes grew meanwhile, in bytes."""
    moments: tuple[Moment, ...]


@dataclass(frozen=True)
class Calm:
    """Before anyone listened. What memory a crowd took, the next one finds taken."""

    us_per_s: float
    rss: dict[str, int]


async def compare(media: str, servers: list[Served], wanted: Measure) -> dict[str, Any]:
    """All in turn, `rounds` times, the edge the first of them. Raises StartRefused."""
    calm = await _calm(servers)
    turns: dict[str, list[Turn]] = {served.name: [] for served in servers}
    for number in range(wanted.rounds):
        for served in servers if number % 2 == 0 else servers[::-1]:
            empty = Reading.of(served)
            async with ears(media, wanted.crowd(served)) as crowd:
                turn = await _turn(crowd, served, wanted.seconds, calm)
            kernel = turn.kernel - empty.kernel / wanted.listeners
            turns[served.name].append(replace(turn, kernel=kernel))
    told = {"listeners": wanted.listeners, "seconds": wanted.seconds, "rounds": wanted.rounds}
    edge = turns[servers[0].name]
    figures = told | _figures(edge, wanted) | _against(edge, turns.get("floor", []), wanted)
    if plain := turns.get("plain"):
        pairs = [
            (one.us_per_part, other.us_per_part) for one, other in zip(edge, plain, strict=True)
        ]
        ratios = [round(one / other, 3) for one, other in pairs if min(one, other) > 0]
        figures |= {
            "ratio_to_plain": round(median(ratios), 3) if ratios else None,
            "ratios_to_plain": ratios,
            "plain_us_per_part": _middle(plain, "us_per_part"),
            "plain_missed_parts": sum(turn.missed for turn in plain),
        }
    return figures


async def _calm(servers: list[Served]) -> Calm:
    before = Reading.of(servers[0])
    await CLOCK.sleep_ms(CALM_S * 1000)
    after = {served.name: Reading.of(served) for served in servers}
    spent = (after[servers[0].name].busy_us - before.busy_us) / CALM_S
    return Calm(spent, {name: reading.rss for name, reading in after.items()})


async def _turn(crowd: Ears, served: Served, seconds: int, calm: Calm) -> Turn:
    if not await crowd.all_play(JOINED_WITHIN_S + crowd.count / JOINS_PER_S):
        said = crowd.last
        raise StartRefused(
            f"Of {crowd.count} listeners {said.playing} have sound, {said.connected} a connection; "
            f"{said.refused.total()} times one was refused.",
            "Measure with fewer, or on a freer machine.",
        )
    await crowd.next()
    first, began, before = await crowd.next(), monotonic_ms(), Reading.of(served)
    settled_ms = min(seconds / 2, SETTLED_S) * 1000
    settled: Reading | None = None
    moments: list[Moment] = []
    last = first
    while monotonic_ms() - began < seconds * 1000:
        earlier, last = last, await crowd.next()
        if moment := Moment.of(earlier, last, (monotonic_ms() - began) / 1000):
            moments.append(moment)
        if settled is None and monotonic_ms() - began >= settled_ms:
            settled, settled_ms = Reading.of(served), monotonic_ms() - began
    took_s, after = (monotonic_ms() - began) / 1000, Reading.of(served)
    slope = (after.rss - (settled or before).rss) / max(1, took_s - settled_ms / 1000)
    busy = after.busy_us - before.busy_us - calm.us_per_s * took_s
    return Turn(
        us_per_part=busy / max(1, last.parts - first.parts),
        cores_busy=(after.all_busy_us - before.all_busy_us) / took_s / 1e6,
        missed=last.missed - first.missed,
        age_ms=last.age_ms.since(first.age_ms),
        late_ms=last.late_ms.since(first.late_ms),
        first_sound_ms=last.first_sound_ms,
        rss=(after.rss - calm.rss[served.name]) / crowd.count,
        kernel=after.kernel / crowd.count,
        reconnects=last.reconnects,
        refused=dict(last.refused),
        rss_per_minute=slope * 60,
        moments=tuple(moments[:MOMENTS_MAX]),
    )


def _figures(edge: list[Turn], wanted: Measure) -> dict[str, Any]:
    age = Tally.sum(turn.age_ms for turn in edge)
    return {
        "edge_us_per_part": _middle(edge, "us_per_part"),
        "cores_busy": _middle(edge, "cores_busy"),
        "missed_parts": sum(turn.missed for turn in edge),
        "missed_at": [asdict(moment) for turn in edge for moment in turn.moments],
        "reconnects": sum(turn.reconnects for turn in edge),
        "refused": dict(sum((Counter(turn.refused) for turn in edge), Counter())),
        "age_ms": age.later(wanted.whole_after_ms).told(),
        "sound_age_ms": age.told(),
        "first_sound_ms": Tally.sum(turn.first_sound_ms for turn in edge).told(),
        "crowd_late_ms": Tally.sum(turn.late_ms for turn in edge).told(),
        "bytes_per_listener": {"rss": _middle(edge, "rss"), "kernel": _middle(edge, "kernel")},
        "bytes_per_listener_all_in": round(_middle(edge, "rss") + _middle(edge, "kernel"), 1),
        "rss_bytes_per_minute": _middle(edge, "rss_per_minute"),
    }


def _against(edge: list[Turn], floor: list[Turn], wanted: Measure) -> dict[str, Any]:
    if not floor:
        return {"ratio_to_floor": None, "floor_us_per_part": None}
    pairs = [(one.us_per_part, bare.us_per_part) for one, bare in zip(edge, floor, strict=True)]
    # So few listeners may cost less than what else this core does from one turn to the next.
    ratios = [one / bare for one, bare in pairs if min(one, bare) > 0]
    kernel = _middle(edge, "kernel") - _middle(floor, "kernel")
    return {
        "ratio_to_floor": round(median(ratios), 3) if ratios else None,
        "ratios": [round(ratio, 3) for ratio in ratios],
        "floor_us_per_part": _middle(floor, "us_per_part"),
        "floor_missed_parts": sum(turn.missed for turn in floor),
        "floor_age_ms": Tally.sum(t.age_ms for t in floor).later(wanted.whole_after_ms).told(),
        "bytes_per_listener": {"rss": _middle(edge, "rss"), "kernel": round(kernel, 1)},
    }


def _middle(turns: list[Turn], what: str) -> float:
    return round(float(median(getattr(turn, what) for turn in turns)), 2)
