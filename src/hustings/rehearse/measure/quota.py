"""What processes are held to by a control group of either kind: a share of a core, or memory."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hustings.domain.refusals import StartRefused

GROUPS = Path("/sys/fs/cgroup")
PERIOD_US = 100_000


@dataclass(frozen=True)
class Memory:
    """A group's account of its memory, in bytes."""

    group: Path
    first_kind: bool

    @property
    def most(self) -> int:
        """The most that was taken at one time."""
        name = "memory.max_usage_in_bytes" if self.first_kind else "memory.peak"
        return int((self.group / name).read_text())

    @property
    def killed(self) -> int:
        """How many processes the kernel took for want of it."""
        name = "memory.oom_control" if self.first_kind else "memory.events"
        told = dict(line.split() for line in (self.group / name).read_text().splitlines())
        return int(told.get("oom_kill", 0))


@contextmanager
def held(pids: tuple[int, ...], percent: int) -> Iterator[None]:
    """To a share of a core, for as long as it is needed. Raises StartRefused where that may not be
    done."""
    quota_us = percent * PERIOD_US // 100
    first = {"cpu.cfs_period_us": f"{PERIOD_US}", "cpu.cfs_quota_us": f"{quota_us}"}
    with _group("cpu", pids, first, {"cpu.max": f"{quota_us} {PERIOD_US}"}):
        yield


@contextmanager
def within_memory(pids: tuple[int, ...], size: int) -> Iterator[Memory]:
    """To so many bytes beyond what they have by then. Raises StartRefused where that may not be
    done."""
    first = {"memory.limit_in_bytes": str(size)}
    with _group("memory", pids, first, {"memory.max": str(size)}) as (group, first_kind):
        yield Memory(group, first_kind)


@contextmanager
def _group(
    kind: str, pids: tuple[int, ...], first: dict[str, str], second: dict[str, str]
) -> Iterator[tuple[Path, bool]]:
    """One of our own, and whether it is of the first kind; it is gone with the processes that end
    in it."""
    parent = GROUPS / kind
    first_kind = parent.is_dir()
    group = (parent if first_kind else GROUPS) / f"hustings-bench-{os.getpid()}"
    try:
        group.mkdir()
        for name, value in (first if first_kind else second).items():
            (group / name).write_text(value)
        for pid in pids:
            (group / "cgroup.procs").write_text(str(pid))
    except OSError as error:
        with contextlib.suppress(OSError):
            group.rmdir()
        raise StartRefused(
            f"Processes cannot be held to anything: {error}.",
            "Measure as root, outside of a container.",
        ) from None
    try:
        yield group, first_kind
    finally:
        for pid in pids:
            with contextlib.suppress(OSError):
                (group.parent / "cgroup.procs").write_text(str(pid))
        with contextlib.suppress(OSError):
            group.rmdir()
