"""Listens to a stage's feed, resumed by number when it breaks, as edges do."""

import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

import httpx

from hustings.parts.stream import Part, Splitter, StreamFault

SILENT_S = 2
"""A source that sends no part for this long is asked anew."""
AGAIN_FIRST_MS = 50
AGAIN_LAST_MS = 500
_log = logging.getLogger(__name__)


class Ear(Protocol):
    """Whoever wants the parts of a hall."""

    @property
    def next(self) -> int | None:
        """The part wanted next; None before the first."""

    def take(self, part: Part, source: str) -> None: ...

    def gone(self, source: str) -> None:
        """The source broke; it is asked anew from `next`."""


async def listen(
    ear: Ear, hall: str, source: str, sleep_ms: Callable[[int], Awaitable[None]]
) -> None:
    """Until cancelled."""
    again_ms = AGAIN_FIRST_MS
    limits = httpx.Timeout(SILENT_S)
    async with httpx.AsyncClient(trust_env=False, timeout=limits) as http:
        while True:
            before = ear.next
            try:
                await _once(http, ear, hall, source)
            except (httpx.HTTPError, StreamFault) as error:
                _log.info("parts.source_broke hall=%s error=%s", hall, type(error).__name__)
            ear.gone(source)
            moved = ear.next != before
            again_ms = AGAIN_FIRST_MS if moved else min(2 * again_ms, AGAIN_LAST_MS)
            await sleep_ms(again_ms)


async def _once(http: httpx.AsyncClient, ear: Ear, hall: str, source: str) -> None:
    url = f"http://{source}/h/{hall}/live.mp4"
    # From 0: all that is kept, so that one that died takes again what it had.
    wanted = {"from": ear.next or 0}
    async with http.stream("GET", url, params=wanted) as answer:
        answer.raise_for_status()
        splitter = Splitter()
        async for data in answer.aiter_raw():
            for part in splitter.handle(data):
                ear.take(part, source)
