"""Listens to the feeds of stages, resumed by number when one breaks, as edges do."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

import httpx

from hustings.parts.choice import Choice
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

    def take(self, part: Part) -> None: ...


class Clock(Protocol):
    def now_ms(self) -> int: ...

    def sleep_ms(self, ms: int) -> Awaitable[None]: ...


class Stages:
    """Those a hall can be heard from, of which an ear hears one at a time."""

    def __init__(self, ear: Ear, clock: Clock) -> None:
        self.ear, self.clock = ear, clock
        self._choice = Choice()

    def are(self, names: Iterable[str]) -> None:
        self._choice.sources(names)

    def take(self, part: Part, source: str) -> None:
        if self._choice.next is not None and part.no < self._choice.next:
            # Asked for to fill a hole, or known already: the ear can tell.
            self.ear.take(part)
        self._choice.handle(part, source, self.clock.now_ms())
        self._pass_on()

    def gone(self, source: str) -> None:
        """The source broke; it is asked anew."""
        self._choice.broke(source, self.clock.now_ms())
        self._pass_on()

    def _pass_on(self) -> None:
        while (part := self._choice.poll()) is not None:
            self.ear.take(part)


def _nobody() -> str:
    return ""


async def listen(
    stages: Stages, hall: str, source: str, resume: Callable[[], str] = _nobody
) -> None:
    """To one of them, until cancelled. `resume`: the token that edges want to see at the moment."""
    again_ms = AGAIN_FIRST_MS
    limits = httpx.Timeout(SILENT_S)
    async with httpx.AsyncClient(trust_env=False, timeout=limits) as http:
        while True:
            before = stages.ear.next
            try:
                await _once(http, stages, f"http://{source}/h/{hall}/live.mp4", source, resume())
            except (httpx.HTTPError, StreamFault) as error:
                _log.info("parts.source_broke hall=%s error=%s", hall, type(error).__name__)
            stages.gone(source)
            moved = stages.ear.next != before
            again_ms = AGAIN_FIRST_MS if moved else min(2 * again_ms, AGAIN_LAST_MS)
            await stages.clock.sleep_ms(again_ms)


async def _once(
    http: httpx.AsyncClient, stages: Stages, url: str, source: str, resume: str
) -> None:
    # From 0: all that is kept, so that one that died takes again what it had.
    wanted = {"from": str(stages.ear.next or 0), **({"resume": resume} if resume else {})}
    async with http.stream("GET", url, params=wanted) as answer:
        answer.raise_for_status()
        splitter = Splitter()
        async for data in answer.aiter_raw():
            for part in splitter.handle(data):
                stages.take(part, source)
