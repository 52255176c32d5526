"""What stages mend of a hall after it went out: asked for every other second, until none is left.

A stage that is not there mends nothing, and is not waited for longer than a few askings.
"""

import logging
from collections.abc import Callable, Iterable

import httpx

from hustings.parts.listen import Clock
from hustings.parts.stream import Part, Splitter, StreamFault
from hustings.recorder.recording import Recording

ASK_EVERY_MS = 2_000
AT_ONCE_S = 2
FAILURES_MAX = 3
LACKING = "hustings-lacking"
"""How many parts a stage is still to mend, or to leave as they are."""
_log = logging.getLogger(__name__)


class Mending:
    """One hall's. No more than one task runs it."""

    def __init__(self, recording: Recording, hall: str, clock: Clock) -> None:
        self._recording, self._hall, self._clock = recording, hall, clock
        self._from: dict[str, int] = {}
        self._failures: dict[str, int] = {}
        self._lacking: dict[str, int] = {}

    def settled(self, stages: Iterable[str]) -> bool:
        """Whether nothing more is to come from these."""
        return all(
            self._lacking.get(stage, 1) == 0 or self._failures.get(stage, 0) >= FAILURES_MAX
            for stage in stages
        )

    async def run(self, stages: Callable[[], Iterable[str]]) -> None:
        """Until cancelled."""
        limits = httpx.Timeout(AT_ONCE_S)
        async with httpx.AsyncClient(trust_env=False, timeout=limits) as http:
            while True:
                for stage in stages():
                    await self._ask(http, stage)
                await self._clock.sleep_ms(ASK_EVERY_MS)

    async def _ask(self, http: httpx.AsyncClient, stage: str) -> None:
        first = self._from.get(stage, 0)
        url = f"http://{stage}/h/{self._hall}/mended.mp4"
        try:
            answer = (await http.get(url, params={"from": first})).raise_for_status()
            lacking, parts = int(answer.headers[LACKING]), list(Splitter().handle(answer.content))
            for part in parts:
                self._mend(part)
                self._from[stage] = part.no + 1
        except (httpx.HTTPError, StreamFault, KeyError, ValueError, OSError) as error:
            self._failures[stage] = self._failures.get(stage, 0) + 1
            name = type(error).__name__
            _log.info("recorder.mending_failed hall=%s error=%s", self._hall, name)
            return
        self._failures[stage], self._lacking[stage] = 0, lacking

    def _mend(self, part: Part) -> None:
        if self._recording.mend(part):
            _log.debug("recorder.mended hall=%s part=%d", self._hall, part.no)
