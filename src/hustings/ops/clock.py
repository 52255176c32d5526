"""The one file that reads a clock, and the one that waits."""

import asyncio
import time


class SystemClock:
    """Wall time that never runs back: where the machine's clock is set back, ours stands still."""

    def __init__(self) -> None:
        self._latest_ms = 0

    def now_ms(self) -> int:
        self._latest_ms = max(self._latest_ms, time.time_ns() // 1_000_000)
        return self._latest_ms

    async def sleep_ms(self, ms: int) -> None:
        await asyncio.sleep(ms / 1000)


def monotonic_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def wait_ms(ms: int) -> None:
    """For the command line, which has nothing else to do meanwhile."""
    time.sleep(ms / 1000)
