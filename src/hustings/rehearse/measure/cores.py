"""Two cores, one of them for who serves, and what a whole core did.

What the kernel does for a socket counts wherever it is booked.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from hustings.domain.refusals import StartRefused
from hustings.rehearse.machine import PAGE_BYTES, rss

SERVER, OTHERS = 0, 1


@dataclass(frozen=True)
class Served:
    """Who is measured: its processes, and where its listeners go."""

    name: str
    pids: tuple[int, ...]
    stream: str

    def keep_to(self, cores: set[int]) -> None:
        """Keep its processes, all their threads, to some cores."""
        for pid in self.pids:
            for thread in Path(f"/proc/{pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), cores)


@dataclass(frozen=True)
class Reading:
    """What the server's core and all cores did since boot, in microseconds, and what memory is
    taken, in bytes."""

    busy_us: float
    all_busy_us: float
    rss: int
    kernel: int

    @classmethod
    def of(cls, served: Served) -> "Reading":
        busy = _busy_us()
        held = sum(map(rss, served.pids))
        return cls(busy.get(f"cpu{SERVER}", 0), busy["cpu"], held, _kernel())


def two_cores() -> None:
    """Keep this process, and all it will start, off the core of who is measured."""
    try:
        os.sched_setaffinity(0, {OTHERS})
    except OSError as error:
        raise StartRefused(
            f"This measurement takes two processors: {error}.", "Run it on a machine that has them."
        ) from None


def process_us(served: Served) -> float:
    """The processor time its processes took so far (proc(5), stat: utime, stime)."""
    ticks = 0
    for pid in served.pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks * 1e6 / os.sysconf("SC_CLK_TCK")


def _busy_us() -> dict[str, float]:
    """What cores have done since boot (proc(5), /proc/stat): all but idle and waiting for disks."""
    done = {}
    for line in Path("/proc/stat").read_text().splitlines():
        name, *words = line.split()
        if name.startswith("cpu"):
            ticks = [int(word) for word in words[:8]]
            idle = ticks[3] + ticks[4]
            done[name] = (sum(ticks) - idle) * 1e6 / os.sysconf("SC_CLK_TCK")
    return done


def _kernel() -> int:
    """Memory of the kernel that sockets may stand in: unreclaimable slabs, and what TCP buffers."""
    memory = Path("/proc/meminfo").read_text().splitlines()
    slabs = next(int(line.split()[1]) for line in memory if line.startswith("SUnreclaim:"))
    sockets = Path("/proc/net/sockstat").read_text().splitlines()
    tcp = next(line.split() for line in sockets if line.startswith("TCP:"))
    return slabs * 1024 + int(tcp[tcp.index("mem") + 1]) * PAGE_BYTES
