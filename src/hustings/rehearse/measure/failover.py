"""An edge dies with all its listeners, beside another: what they miss."""

import os
import signal
from typing import Any

from hustings.domain.refusals import StartRefused
from hustings.ops.clock import SystemClock
from hustings.rehearse.ears import Wanted, ears
from hustings.rehearse.measure.cores import Served

SIT_DOWN_PER_S = 2_000
AFTER_S = 5
CLOCK = SystemClock()


async def die(media: str, dying: Served, other: Served, count: int) -> dict[str, Any]:
    """Raises StartRefused."""
    wanted = Wanted(count, [dying.stream, other.stream], SIT_DOWN_PER_S, spread=False)
    async with ears(media, wanted) as crowd:
        if not await crowd.all_play(30 + count / SIT_DOWN_PER_S):
            raise StartRefused(
                f"Of {count} listeners {crowd.last.playing} have sound.",
                "Measure with fewer, or on a freer machine.",
            )
        await crowd.next()
        before = await crowd.next()
        for pid in dying.pids:
            os.kill(pid, signal.SIGKILL)
        await CLOCK.sleep_ms(AFTER_S * 1000)
        after = await crowd.next()
    return {
        "listeners": count,
        "missed_parts": after.missed - before.missed,
        "playing": after.playing,
        "reconnects": after.reconnects - before.reconnects,
        "back_ms": after.back_ms.told(),
        "crowd_late_ms": after.late_ms.since(before.late_ms).told(),
    }
