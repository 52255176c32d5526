"""What the desk does by itself: halls begin on the second, orders are repeated, the log is signed.

Each goes on after a fault of its own; a full disk must not stop the clock.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from hustings.desk.desk import Desk
from hustings.desk.stagehand import EVERY_MS, Stagehand

CHECKPOINT_EVERY_MS = 10_000
TICK_MS_MAX = 250
TICK_MS_MIN = 5
_log = logging.getLogger(__name__)


async def run(desk: Desk, stagehand: Stagehand) -> None:
    async def halls() -> int:
        at_ms = await desk.tick()
        left_ms = TICK_MS_MAX if at_ms is None else at_ms - desk.ports.clock.now_ms()
        return min(max(left_ms, TICK_MS_MIN), TICK_MS_MAX)

    async def orders() -> int:
        await stagehand.tell_all()
        return EVERY_MS

    signed = 0

    async def checkpoints() -> int:
        nonlocal signed
        if desk.revision != signed:
            point, _ = await desk.checkpoint()
            signed = point.size
        return CHECKPOINT_EVERY_MS

    async with asyncio.TaskGroup() as group:
        for work in (halls, orders, checkpoints):
            group.create_task(_again_and_again(desk, work))


async def _again_and_again(desk: Desk, work: Callable[[], Awaitable[int]]) -> None:
    while True:
        wait_ms = 1000
        try:
            wait_ms = await work()
        except Exception:  # noqa: BLE001  # The next round may be well; this one is told.
            _log.exception("desk.timer_failed timer=%s", work.__name__)
        await desk.ports.clock.sleep_ms(wait_ms)
