"""Far more at the door than can be let in, at an edge that is held to a share of a core: what those
inside hear of it, how many come in all the same, how soon they are answered."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hustings.domain.refusals import StartRefused
from hustings.fleet.crowd import crowd
from hustings.rehearse.ears import Wanted, ears
from hustings.rehearse.measure.cores import Served
from hustings.rehearse.measure.quota import held
from hustings.rehearse.tally import Tally

SIT_DOWN_PER_S = 200
BEST_S = 10
BEST_AT_ONCE = 32
"""As many at a time keep a door busy and make nobody wait."""
AT_ONCE = 18_000
GIVE_UP_MS = 1_000
ENDLESS = 1e6
SOURCES = [f"127.0.{net}.{k}" for net in (200, 201) for k in range(1, 9)]


@dataclass(frozen=True)
class Crush:
    """So many inside, the edge held to so much of a core, and so many times as many at the door as
    it lets in at its best, for so long."""

    sitting: int
    percent: int
    times: int
    seconds: int
    trust: Path | None = None


async def crush(media: str, served: Served, wanted: Crush) -> dict[str, Any]:
    """Raises StartRefused."""
    inside = Wanted(wanted.sitting, [served.stream], SIT_DOWN_PER_S, trust=wanted.trust)
    with held(served.pids, wanted.percent):
        async with ears(media, inside) as sitting:
            if not await sitting.all_play(30 + wanted.sitting / SIT_DOWN_PER_S):
                raise StartRefused(
                    f"Of {wanted.sitting} who were to sit {sitting.last.playing} have sound.",
                    "Measure with fewer.",
                )
            best = await visits(media, served, wanted.trust, ENDLESS, BEST_S)
            per_s = best["heard"] / best["seconds"]
            before = await sitting.next()
            often = wanted.times * per_s
            came = await visits(media, served, wanted.trust, often, wanted.seconds)
            after = await sitting.next()
    useful = came["heard"] / came["seconds"]
    return {
        "percent_of_a_core": wanted.percent,
        "best_joins_per_s": round(per_s, 1),
        "offered_per_s": round(came["begun"] / came["seconds"], 1),
        "useful_joins_per_s": round(useful, 1),
        "useful_ratio": round(useful / per_s, 3),
        "answered_ms": Tally.of(came["answered_ms"]).told(),
        "heard_ms": Tally.of(came["heard_ms"]).told(),
        "crowd_late_ms": Tally.of(came["late_ms"]).told(),
        "gave_up": came["gave_up"],
        "refused": came["refused"],
        "sitting": {
            "listeners": wanted.sitting,
            "missed_parts": after.missed - before.missed,
            "playing": after.playing,
        },
    }


async def visits(
    media: str, served: Served, trust: Path | None, per_s: float, seconds: int
) -> dict[str, Any]:
    """What a crowd tells that comes and leaves again; `ENDLESS`: as many as keep the door busy."""
    order = {
        "stream": served.stream,
        "per_s": per_s,
        "at_once": BEST_AT_ONCE if per_s == ENDLESS else AT_ONCE,
        "within_ms": GIVE_UP_MS,
        "sources": SOURCES,
    }
    last: dict[str, Any] = {}
    async with crowd(media, {"seconds": seconds, "visitors": order}, trust) as visiting:
        async for line in visiting.lines():
            last = line["visitors"]
    return last
