"""Listens to a stage's feed, resumed by number when it breaks, as edges do."""

import logging
from collections.abc import Awaitable, Callable

import httpx

from hustings.packager.parts import Splitter, StreamFault
from hustings.packager.rendition import Rendition

SILENT_S = 2
"""A source that sends no part for this long is asked anew."""
AGAIN_FIRST_MS = 50
AGAIN_LAST_MS = 500
_log = logging.getLogger(__name__)


async def listen(
    rendition: Rendition, hall: str, source: str, sleep_ms: Callable[[int], Awaitable[None]]
) -> None:
    """Until cancelled."""
    again_ms = AGAIN_FIRST_MS
    limits = httpx.Timeout(SILENT_S)
    async with httpx.AsyncClient(trust_env=False, timeout=limits) as http:
        while True:
            before = rendition.order.next
            try:
                await _once(http, rendition, hall, source)
            except (httpx.HTTPError, StreamFault) as error:
                _log.info("packager.source_broke hall=%s error=%s", hall, type(error).__name__)
            rendition.gone(source)
            moved = rendition.order.next != before
            again_ms = AGAIN_FIRST_MS if moved else min(2 * again_ms, AGAIN_LAST_MS)
            await sleep_ms(again_ms)


async def _once(http: httpx.AsyncClient, rendition: Rendition, hall: str, source: str) -> None:
    url = f"http://{source}/h/{hall}/live.mp4"
    # From 0: all that is kept, so that a packager that died makes again what it had made.
    wanted = {"from": rendition.order.next or 0}
    async with http.stream("GET", url, params=wanted) as answer:
        answer.raise_for_status()
        splitter = Splitter()
        async for data in answer.aiter_raw():
            for part in splitter.handle(data):
                rendition.take(part, source)
