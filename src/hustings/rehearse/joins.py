"""All at once at the door: how many have sound and when, and what those inside hear of it."""

from statistics import median
from typing import Any

from hustings.domain.refusals import StartRefused
from hustings.ops.clock import SystemClock
from hustings.rehearse.cores import Ears, Pair, Served, ears

AT_ONCE_PER_S = 1e9
SIT_DOWN_PER_S = 1_000
CALM_S = 5
STORM_S = 15
"""Whoever has no sound by then has none."""
CLOCK = SystemClock()


async def storm(pair: Pair, joins: int, sitting: int) -> dict[str, Any]:
    """The floor first, then the edge, each with the same crowds. Raises StartRefused."""
    pair.keep_to_their_core()
    bare = await _turn(pair.media, pair.floor, joins, sitting)
    return await _turn(pair.media, pair.edge, joins, sitting) | {"floor": bare}


async def _turn(media: str, served: Served, joins: int, sitting: int) -> dict[str, Any]:
    async with ears(media, served, sitting, SIT_DOWN_PER_S) as inside:
        if not await inside.all_play(30 + sitting / SIT_DOWN_PER_S):
            raise StartRefused(
                f"Of {sitting} who were to sit {inside.last.get('playing', 0)} have sound.",
                "Measure with fewer, or on a freer machine.",
            )
        await CLOCK.sleep_ms(CALM_S * 1000)
        calm, before = _ages(inside, CALM_S - 2), inside.last
        async with ears(media, served, joins, AT_ONCE_PER_S) as outside:
            await outside.all_play(STORM_S)
            came = await outside.next()
        stormy = _ages(inside, max(1, len(outside.said)))
        after = inside.last
    return {
        "joins": joins,
        "joined_share": round(came["playing"] / joins, 4),
        "first_sound_ms": {name: came["first_sound_ms"][name] for name in ("p50", "p99", "max")},
        "sitting": {
            "listeners": sitting,
            "missed_parts": after["missed"] - before["missed"],
            "age_ms_p99": max(stormy),
            "age_ratio_p99": round(max(stormy) / median(calm), 3),
        },
    }


def _ages(crowd: Ears, seconds: int) -> list[float]:
    """The p99 of the age of parts, in ms, as the crowd said it in the last so many seconds."""
    return [line["age_ms"]["p99"] for line in crowd.said[-seconds:]]
