"""All at once at the door: how many have sound and when, and what those inside hear of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hustings.domain.refusals import StartRefused
from hustings.ops.clock import SystemClock
from hustings.rehearse.ears import Said, Wanted, ears
from hustings.rehearse.measure.cores import Served

AT_ONCE_PER_S = 1e9
SIT_DOWN_PER_S = 1_000
CALM_S = 5
STORM_S = 15
"""Whoever has no sound by then has none."""
NEXT_NETWORK = 100
CLOCK = SystemClock()


@dataclass(frozen=True)
class Storm:
    """So many at once while so many sit; a part is whole so long after it began."""

    joins: int
    sitting: int
    whole_after_ms: int
    trust: Path | None = None

    def sit_down(self, served: Served) -> Wanted:
        return Wanted(self.sitting, [served.stream], SIT_DOWN_PER_S, trust=self.trust)

    def rush(self, served: Served) -> Wanted:
        return Wanted(
            self.joins,
            [served.stream],
            AT_ONCE_PER_S,
            network=NEXT_NETWORK,
            trust=self.trust,
        )


async def storm(media: str, servers: list[Served], wanted: Storm) -> dict[str, Any]:
    """Each in turn with the same crowds, the edge first. Raises StartRefused."""
    edge, *others = [(served.name, await _turn(media, served, wanted)) for served in servers]
    return edge[1] | dict(others)


async def _turn(media: str, served: Served, wanted: Storm) -> dict[str, Any]:
    async with ears(media, wanted.sit_down(served)) as inside:
        if not await inside.all_play(30 + wanted.sitting / SIT_DOWN_PER_S):
            raise StartRefused(
                f"Of {wanted.sitting} who were to sit {inside.last.playing} have sound.",
                "Measure with fewer, or on a freer machine.",
            )
        await inside.next()
        before = await inside.next()
        await CLOCK.sleep_ms(CALM_S * 1000)
        calm = await inside.next()
        async with ears(media, wanted.rush(served)) as outside:
            await outside.all_play(STORM_S)
            came = await outside.next()
            stormy = await inside.next()
    return {
        "joins": wanted.joins,
        "joined_share": round(came.playing / wanted.joins, 4),
        "first_sound_ms": came.first_sound_ms.told(),
        "crowd_late_ms": came.late_ms.told(),
        "refused": dict(came.refused),
        "sitting": _sitting((before, calm, stormy), wanted),
    }


def _sitting(said: tuple[Said, Said, Said], wanted: Storm) -> dict[str, Any]:
    before, calm, stormy = said
    calm_p99, stormy_p99 = (
        told.later(wanted.whole_after_ms).at(0.99)
        for told in (calm.age_ms.since(before.age_ms), stormy.age_ms.since(calm.age_ms))
    )
    ratio = stormy_p99 / calm_p99 if calm_p99 and stormy_p99 and calm_p99 > 0 else None
    return {
        "listeners": wanted.sitting,
        "missed_parts": stormy.missed - before.missed,
        "age_ms_p99": stormy_p99,
        "age_ms_p99_calm": calm_p99,
        "age_ratio_p99": None if ratio is None else round(ratio, 3),
    }
