"""Two cores, one of them for who serves, and what a whole core did.

What the kernel does for a socket counts wherever it is booked.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hustings.domain.refusals import StartRefused

SERVER, OTHERS = 0, 1
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Served:
    """Who is measured: its processes, and where its listeners go."""

    name: str
    pids: tuple[int, ...]
    stream: str


@dataclass(frozen=True)
class Reading:
    """What a core did since boot, in microseconds, and what memory is taken, in bytes."""

    busy_us: float
    rss: int
    kernel: int

    @classmethod
    def of(cls, served: Served) -> "Reading":
        return cls(_busy_us(SERVER), sum(map(_rss, served.pids)), _kernel())


@dataclass(frozen=True)
class Pair:
    """The two that are measured in turn."""

    media: str
    edge: Served
    floor: Served

    def keep_to_their_core(self) -> None:
        for served in (self.edge, self.floor):
            keep_to(served.pids, {SERVER})


def keep_to(pids: Sequence[int], cores: set[int]) -> None:
    """Keep processes, all their threads, to some cores."""
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), cores)


def two_cores() -> None:
    """Keep this process, and all it will start, off the core of who is measured."""
    try:
        os.sched_setaffinity(0, {OTHERS})
    except OSError as error:
        raise StartRefused(
            f"This measurement takes two processors: {error}.", "Run it on a machine that has them."
        ) from None


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
