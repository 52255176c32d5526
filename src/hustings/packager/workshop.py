"""All halls of a packager: one rendition to a hall, one listener to a hall and stage."""

import asyncio
from collections.abc import Sequence
from typing import Any

from hustings.packager.rendition import Rendition
from hustings.parts.listen import Clock, Stages, listen
from hustings.parts.post import Wanted


class Workshop:
    def __init__(self, clock: Clock) -> None:
        self.renditions: dict[str, Rendition] = {}
        self._clock = clock
        self._stages: dict[str, Stages] = {}
        self._wanted: Sequence[Wanted] = ()
        self._listening: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._fault: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def follow(self, wanted: Sequence[Wanted]) -> None:
        """Start and end listeners, so that there are those of `wanted`."""
        self._wanted = wanted
        sources = {(hall.hall, stage) for hall in wanted for stage in hall.stages}
        for gone in self._listening.keys() - sources:
            self._listening.pop(gone).cancel()
        halls = [hall.hall for hall in wanted]
        self.renditions = {hall: self.renditions.get(hall) or Rendition() for hall in halls}
        self._stages = {
            hall: self._stages.get(hall) or Stages(made, self._clock)
            for hall, made in self.renditions.items()
        }
        for hall in wanted:
            self._stages[hall.hall].are(hall.stages)
        for name, stage in sources - self._listening.keys():
            work = listen(self._stages[name], name, stage)
            task = self._listening[name, stage] = asyncio.create_task(work)
            task.add_done_callback(self._ended)

    def beat(self) -> list[dict[str, Any]]:
        """Once a second; what there is to tell."""
        for hall in self._wanted:
            self.renditions[hall.hall].beat(ended=hall.ended)
        return [
            {"kind": "packed", "hall": hall, "ll_no": made.shelf.newest, "holes": made.order.holes}
            for hall, made in self.renditions.items()
            if made.shelf.newest is not None
        ]

    async def run(self) -> None:
        """Until cancelled. A listener that dies of a bug of ours ends the process with it."""
        try:
            await self._fault
        finally:
            for task in self._listening.values():
                task.cancel()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (fault := task.exception()) and not self._fault.done():
            self._fault.set_exception(fault)
