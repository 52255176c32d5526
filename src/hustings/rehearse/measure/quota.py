"""A share of a core that processes are held to, by a control group of either kind."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hustings.domain.refusals import StartRefused

GROUPS = Path("/sys/fs/cgroup")
PERIOD_US = 100_000


@contextmanager
def held(pids: tuple[int, ...], percent: int) -> Iterator[None]:
    """For as long as it is needed. Raises StartRefused where that may not be done."""
    first = GROUPS / "cpu"
    name = f"hustings-bench-{os.getpid()}"
    group = (first if first.is_dir() else GROUPS) / name
    quota_us = percent * PERIOD_US // 100
    try:
        group.mkdir()
        if first.is_dir():
            (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(quota_us))
        else:
            (group / "cpu.max").write_text(f"{quota_us} {PERIOD_US}")
        for pid in pids:
            (group / "cgroup.procs").write_text(str(pid))
    except OSError as error:
        with contextlib.suppress(OSError):
            group.rmdir()
        raise StartRefused(
            f"No share of a core can be set: {error}.", "Measure as root, outside of a container."
        ) from None
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            for pid in pids:
                (group.parent / "cgroup.procs").write_text(str(pid))
            group.rmdir()
