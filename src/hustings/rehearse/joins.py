"""All at once at the door: how many have sound and when, and what those inside hear of it."""

from typing import Any

from hustings.domain.refusals import StartRefused
from hustings.ops.clock import SystemClock
from hustings.rehearse.cores import Pair, Served
from hustings.rehearse.ears import Wanted, ears

AT_ONCE_PER_S = 1e9
SIT_DOWN_PER_S = 1_000
CALM_S = 5
STORM_S = 15
"""Whoever has no sound by then has none."""
NEXT_ADDRESS = 100
CLOCK = SystemClock()


async def storm(pair: Pair, joins: int, sitting: int, whole_after_ms: int) -> dict[str, Any]:
    """The floor first, then the edge, each with the same crowds. Raises StartRefused."""
    pair.keep_to_their_core()
    bare = await _turn(pair.media, pair.floor, (joins, sitting), whole_after_ms)
    return await _turn(pair.media, pair.edge, (joins, sitting), whole_after_ms) | {"floor": bare}


async def _turn(
    media: str, served: Served, crowds: tuple[int, int], whole_after_ms: int
) -> dict[str, Any]:
    joins, sitting = crowds
    async with ears(media, Wanted(sitting, [served.stream], SIT_DOWN_PER_S)) as inside:
        if not await inside.all_play(30 + sitting / SIT_DOWN_PER_S):
            raise StartRefused(
                f"Of {sitting} who were to sit {inside.last.playing} have sound.",
                "Measure with fewer, or on a freer machine.",
            )
        await inside.next()
        before = await inside.next()
        await CLOCK.sleep_ms(CALM_S * 1000)
        calm = await inside.next()
        storming = Wanted(joins, [served.stream], AT_ONCE_PER_S, from_address=NEXT_ADDRESS)
        async with ears(media, storming) as outside:
            await outside.all_play(STORM_S)
            came = await outside.next()
            stormy = await inside.next()
    calm_p99, stormy_p99 = (
        told.later(whole_after_ms).at(0.99)
        for told in (calm.age_ms.since(before.age_ms), stormy.age_ms.since(calm.age_ms))
    )
    ratio = stormy_p99 / calm_p99 if calm_p99 and stormy_p99 and calm_p99 > 0 else None
    return {
        "joins": joins,
        "joined_share": round(came.playing / joins, 4),
        "first_sound_ms": came.first_sound_ms.told(),
        "crowd_late_ms": came.late_ms.told(),
        "sitting": {
            "listeners": sitting,
            "missed_parts": stormy.missed - before.missed,
            "age_ms_p99": stormy_p99,
            "age_ms_p99_calm": calm_p99,
            "age_ratio_p99": None if ratio is None else round(ratio, 3),
        },
    }
