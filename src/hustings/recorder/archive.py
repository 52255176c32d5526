"""All halls of a recorder: who is listened to, when a recording ends, what is told of each."""

import asyncio
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from hustings.domain.ids import hall_id
from hustings.domain.refusals import Refused
from hustings.parts.listen import Clock, Stages, listen
from hustings.parts.post import Wanted
from hustings.recorder.finish import Unlike, finish
from hustings.recorder.folder import Folder
from hustings.recorder.mending import Mending
from hustings.recorder.ogg import Broken
from hustings.recorder.recording import FULL, RECORDED, Beat, Recording

FLOOR_BYTES = 1 << 30
"""What a recording leaves free: the log and everything else on this disk come first."""
OPEN = RECORDED | {"doors"}
_log = logging.getLogger(__name__)


def free_bytes(path: Path) -> int:
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


def _is_a_name(hall: str) -> bool:
    """It becomes a folder."""
    try:
        return hall_id(hall) == hall
    except Refused:
        return False


@dataclass(frozen=True)
class Place:
    """Where recordings are kept, and where else than at stages parts can be had."""

    root: Path
    streams: tuple[str, ...] = ()
    """Edges. They count their listeners, so they are asked only for what stages do not give."""
    floor_bytes: int = FLOOR_BYTES


@dataclass
class _Hall:
    wanted: Wanted
    folder: Folder
    recording: Recording
    stages: Stages
    mending: Mending
    fault: bool = False
    told: dict[str, Any] | None = None
    others: bool = False

    def resume(self) -> str:
        return self.wanted.resume

    def where(self) -> Sequence[str]:
        return self.wanted.stages

    @property
    def on(self) -> bool:
        return self.wanted.record and self.wanted.state in RECORDED


class Archive:
    def __init__(self, place: Place, clock: Clock) -> None:
        self._place, self._clock = place, clock
        self._halls: dict[str, _Hall] = {}
        self._listening: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._mending: dict[str, asyncio.Task[None]] = {}
        self._due: asyncio.Queue[_Hall] = asyncio.Queue()
        self._finishing: set[str] = set()
        self._fault: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        place.root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def follow(self, wanted: Sequence[Wanted]) -> None:
        """Take up the halls that are recorded, and those that were and that nobody names any more:
        they ended long ago."""
        known = {hall.hall: hall for hall in wanted if _is_a_name(hall.hall)}
        gone = [Wanted(h, (), "ended", h, True) for h in self._begun() if h not in known]
        for hall in (*(hall for hall in known.values() if hall.record), *gone):
            if hall.hall in self._halls:
                self._halls[hall.hall].wanted = hall
            elif hall.state in OPEN or self._begun_here(hall.hall):
                self._take_up(hall)
        for name in self._halls.keys() - known.keys() - set(self._begun()):
            del self._halls[name]
        self._listen()

    def beat(self) -> list[dict[str, Any]]:
        """Once a second; what there is to tell."""
        room = free_bytes(self._place.root) >= self._place.floor_bytes
        told = [self._tell(hall) for hall in self._halls.values()]
        for name, hall in self._halls.items():
            if hall.told is not None or name in self._finishing:
                continue
            wanted = hall.wanted
            delay_s = -(-wanted.delay_ms // 1000)
            settled = hall.mending.settled(wanted.stages)
            beat = hall.recording.beat(
                on=hall.on, ended=wanted.ended, room=room, delay_s=delay_s, settled=settled
            )
            self._act(hall, beat, room=room)
        self._listen()
        return told

    async def run(self) -> None:
        """Finish what has ended, one after another, until cancelled. A listener that dies of a bug
        of ours ends the process with it."""
        finishing = asyncio.create_task(self._finish_all())
        try:
            await asyncio.wait({finishing, self._fault}, return_when=asyncio.FIRST_COMPLETED)
            for task in (finishing, self._fault):
                if task.done():
                    task.result()
        finally:
            for task in (finishing, *self._listening.values(), *self._mending.values()):
                task.cancel()
            for hall in self._halls.values():
                hall.folder.close()

    def _begun(self) -> list[str]:
        return [path.parent.name for path in self._place.root.glob("*/parts")]

    def _begun_here(self, hall: str) -> bool:
        return (self._place.root / hall).is_dir()

    def _take_up(self, wanted: Wanted) -> None:
        folder = Folder(self._place.root, wanted.hall)
        recording = Recording(folder)
        mending = Mending(recording, wanted.hall, self._clock)
        hall = _Hall(wanted, folder, recording, Stages(recording, self._clock), mending)
        if folder.is_done:
            hall.told = folder.read_told()
            folder.drop_parts()
        self._halls[wanted.hall] = hall

    def _act(self, hall: _Hall, beat: Beat, *, room: bool) -> None:
        name = hall.wanted.hall
        hall.others = beat.ask_others
        if beat.ask_anew:
            self._deafen(key for key in list(self._listening) if key[0] == name)
        if beat.finish and room and not hall.fault:
            self._finishing.add(name)
            self._due.put_nowait(hall)

    def _tell(self, hall: _Hall) -> dict[str, Any]:
        told = hall.recording.told(on=hall.on)
        if hall.told:
            size, missing = sum(hall.told["bytes"].values()), hall.told["missing_parts"]
            told = {"state": "done", "reason": "", "bytes": size, "missing": missing}
        elif hall.fault:
            told |= {"state": "stopped", "reason": "fault"}
        return {"kind": "recording", "hall": hall.wanted.hall, **told}

    def _listen(self) -> None:
        wanted = {
            (name, source): hall
            for name, hall in self._halls.items()
            if hall.told is None and name not in self._finishing
            for source in (*hall.wanted.stages, *(self._place.streams if hall.others else ()))
        }
        self._deafen(self._listening.keys() - wanted.keys())
        for name, hall in self._halls.items():
            hall.stages.are(source for of, source in wanted if of == name)
        for key in wanted.keys() - self._listening.keys():
            hall = wanted[key]
            work = listen(hall.stages, *key, resume=hall.resume)
            task = self._listening[key] = asyncio.create_task(work)
            task.add_done_callback(self._ended)
        self._mend()

    def _mend(self) -> None:
        open_ = {
            name: hall
            for name, hall in self._halls.items()
            if hall.told is None and name not in self._finishing
        }
        for name in self._mending.keys() - open_.keys():
            self._mending.pop(name).cancel()
        for name in open_.keys() - self._mending.keys():
            hall = open_[name]
            work = hall.mending.run(hall.where)
            task = self._mending[name] = asyncio.create_task(work)
            task.add_done_callback(self._ended)

    def _deafen(self, keys: Iterable[tuple[str, str]]) -> None:
        for key in keys:
            self._listening.pop(key).cancel()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (fault := task.exception()) and not self._fault.done():
            self._fault.set_exception(fault)

    async def _finish_all(self) -> None:
        while True:
            hall = await self._due.get()
            try:
                await self._finish(hall)
            finally:
                self._finishing.discard(hall.wanted.hall)

    async def _finish(self, hall: _Hall) -> None:
        name = hall.wanted.hall
        if not hall.folder.load():
            hall.told = {}  # It ended before anything was said in it.
            return
        try:
            hall.told = await finish(
                hall.folder, hall.wanted.title, lambda: self._clock.sleep_ms(0)
            )
        except (OSError, Unlike, Broken, av.error.FFmpegError) as error:
            # A full disk will have room again; all else would only break again.
            full = getattr(error, "errno", None) in FULL
            hall.recording.stopped, hall.fault = ("disk_full" if full else ""), not full
            _log.error("recorder.not_finished hall=%s error=%s", name, type(error).__name__)
        else:
            missing = hall.told["missing_parts"]
            _log.info("recorder.done hall=%s missing_parts=%d", name, missing)
