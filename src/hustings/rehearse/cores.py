"""Two cores, one of them for who serves, and what a whole core did.

What the kernel does for a socket counts wherever it is booked.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hustings.domain.refusals import StartRefused
from hustings.fleet.crowd import Crowd, CrowdFault, crowd

SERVER, OTHERS = 0, 1
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Served:
    """Who is measured: a process, and where its listeners go."""

    name: str
    pid: int
    stream: str


@dataclass(frozen=True)
class Reading:
    """What a core did since boot, in microseconds, and what memory is taken, in bytes."""

    busy_us: float
    rss: int
    kernel: int

    @classmethod
    def of(cls, pid: int) -> "Reading":
        return cls(_busy_us(SERVER), _rss(pid), _kernel())


@dataclass(frozen=True)
class Pair:
    """The two that are measured in turn."""

    media: str
    edge: Served
    floor: Served

    def keep_to_their_core(self) -> None:
        for served in (self.edge, self.floor):
            for thread in Path(f"/proc/{served.pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {SERVER})


@dataclass
class Ears:
    """A crowd that listens: what it said each second."""

    count: int
    said: list[dict[str, Any]] = field(default_factory=list)
    ended: bool = False
    _told: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def last(self) -> dict[str, Any]:
        return self.said[-1] if self.said else {}

    async def follow(self, running: Crowd) -> None:
        try:
            async for line in running.lines():
                if line["listeners"]:
                    self.said.append(line["listeners"])
                    self._told.set()
        finally:
            self.ended = True
            self._told.set()

    async def next(self) -> dict[str, Any]:
        """What it says next. Raises CrowdFault where it says nothing more."""
        self._told.clear()
        if not self.ended:
            await self._told.wait()
        if self.ended:
            raise CrowdFault("The crowd ended before its time.")
        return self.last

    async def all_play(self, within_s: float) -> bool:
        """Wait until all have sound; whether they had it in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self.last.get("playing") != self.count:
                    await self.next()
                return True
        return False


@asynccontextmanager
async def ears(media: str, served: Served, count: int, per_s: float) -> AsyncIterator[Ears]:
    """So many listeners, of whom so many come each second."""
    told = {"count": count, "stream": served.stream, "ramp_per_s": per_s}
    async with crowd(media, {"listeners": told}) as running:
        listening = Ears(count)
        following = asyncio.create_task(listening.follow(running))
        try:
            yield listening
        finally:
            running.stop()
            await following


def two_cores() -> None:
    """Keep this process, and all it will start, off the core of who is measured."""
    try:
        os.sched_setaffinity(0, {OTHERS})
    except OSError as error:
        raise StartRefused(
            f"This measurement takes two processors: {error}.", "Run it on a machine that has them."
        ) from None


@asynccontextmanager
async def floor(media: str, port: int, stage: str, hall: str) -> AsyncIterator[Served]:
    """The floor on a port of its own, fed by a stage."""
    with tempfile.TemporaryDirectory(prefix="hustings-") as folder:
        path = Path(folder) / "floor.json"
        stream = f"127.0.0.1:{port}"
        path.write_text(json.dumps({"stream": stream, "source": stage, "hall": hall}))
        process = await asyncio.create_subprocess_exec(media, "floor", str(path))
        try:
            yield Served("floor", process.pid, f"http://{stream}/h/{hall}/live.mp4")
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


def _busy_us(core: int) -> float:
    """What a core has done since boot (proc(5), /proc/stat): all but idle and waiting for disks."""
    lines = [line.split() for line in Path("/proc/stat").read_text().splitlines()]
    ticks = [int(word) for word in next(line for line in lines if line[0] == f"cpu{core}")[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) * 1e6 / os.sysconf("SC_CLK_TCK")


def _rss(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES


def _kernel() -> int:
    """Memory of the kernel that sockets may stand in: unreclaimable slabs, and what TCP buffers."""
    memory = Path("/proc/meminfo").read_text().splitlines()
    slabs = next(int(line.split()[1]) for line in memory if line.startswith("SUnreclaim:"))
    sockets = Path("/proc/net/sockstat").read_text().splitlines()
    tcp = next(line.split() for line in sockets if line.startswith("TCP:"))
    return slabs * 1024 + int(tcp[tcp.index("mem") + 1]) * PAGE_BYTES
