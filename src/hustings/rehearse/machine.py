"""The edges of this machine as the system sees them: what of a core each takes, and what it may."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
SWEEP = "door"
"""The name of the thread that serves listeners."""
KEPT_DESCRIPTORS = 512
"""What an edge keeps for other ends (crates/media/src/node/edge/door/mod.rs)."""
ANYONE = 0.98
"""The share of the rest that newcomers may have (crates/media/src/edge/door/admission.rs)."""


@dataclass(frozen=True)
class Edges:
    """The processes of a town hall's edges on this machine, by name."""

    pids: Mapping[str, int]

    @classmethod
    def of(cls, run: Path) -> "Edges":
        """By what their supervisor wrote down; none where none runs here."""
        pids = {}
        for path in sorted(run.glob("edge-*.json")):
            if not path.name.endswith(".order.json"):
                pids[path.stem] = int(json.loads(path.read_text())["pid"])
        return cls({name: pid for name, pid in pids.items() if Path(f"/proc/{pid}").exists()})

    def room(self) -> int | None:
        """How many listeners they have descriptors for."""
        if not self.pids:
            return None
        rooms = [max(0, _descriptors(pid) - KEPT_DESCRIPTORS) for pid in self.pids.values()]
        return sum(int(room * ANYONE) for room in rooms)

    def spent_s(self) -> dict[str, float]:
        """Processor time of each one's sweep so far."""
        return {name: _spent_s(pid) for name, pid in self.pids.items()}

    def rss(self) -> int:
        """Their memory in bytes."""
        return sum(rss(pid) for pid in self.pids.values())


def busiest(before: Mapping[str, float], after: Mapping[str, float], took_s: float) -> float | None:
    """What of a core the sweep took that took most of one, between two readings."""
    shares = [(spent - before[name]) / took_s for name, spent in after.items() if name in before]
    return max(shares, default=None)


def free_bytes() -> int:
    """Memory that could be had (proc(5), MemAvailable)."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")) * 1024


def _descriptors(pid: int) -> int:
    for line in Path(f"/proc/{pid}/limits").read_text().splitlines():
        if line.startswith("Max open files"):
            return int(line.split()[3])
    return 0


def _spent_s(pid: int) -> float:
    spent = 0.0
    for task in Path(f"/proc/{pid}/task").iterdir():
        name, _, rest = (task / "stat").read_text().partition("(")[2].rpartition(")")
        if name == SWEEP:
            words = rest.split()
            spent += (int(words[11]) + int(words[12])) * TICK_S
    return spent


def processor_s(pid: int) -> float:
    """User and system time of a process so far, all threads (proc(5), stat)."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) * TICK_S


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def rss(pid: int) -> int:
    """The memory of a process in bytes (proc(5), statm)."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
