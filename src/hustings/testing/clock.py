"""A clock that moves when it is told to, and lets those who wait on it go on."""

import asyncio


class ManualClock:
    def __init__(self, now_ms: int = 1_790_000_000_000) -> None:
        self._now_ms = now_ms
        self._sleepers: list[tuple[int, asyncio.Future[None]]] = []

    def now_ms(self) -> int:
        return self._now_ms

    async def sleep_ms(self, ms: int) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now_ms + ms, woken))
        await woken

    def advance(self, ms: int) -> None:
        self._now_ms += ms
        due = [s for s in self._sleepers if s[0] <= self._now_ms]
        self._sleepers = [s for s in self._sleepers if s[0] > self._now_ms]
        for _, woken in due:
            if not woken.done():
                woken.set_result(None)
