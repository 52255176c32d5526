"""Real processes: started in sessions of their own, watched through pidfds, found again.

A child outlives its supervisor: it writes to a file and not to a pipe, and `run/<name>.json` says
who it is, so that the next supervisor takes it over instead of starting another.
"""

import contextlib
import json
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hustings.fleet.nodes import Child, write

LOG_BYTES_MAX = 5_000_000


@dataclass
class Process:
    child: Child
    pid: int
    pidfd: int
    own: subprocess.Popen[bytes] | None

    def send(self, signum: int) -> None:
        """To this very process: a pidfd cannot mean another one that got its number."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signum)

    def code(self) -> int | None:
        """Its exit code, once the pidfd is readable; known only of our own children."""
        os.close(self.pidfd)
        return self.own.wait() if self.own else None


def spawn(child: Child, run: Path, logs: Path) -> Process:
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"{child.name}.log"
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as out:
        own = subprocess.Popen(
            child.argv,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    pidfd = os.pidfd_open(own.pid)
    known = {"pid": own.pid, "started": _started(own.pid), "order": child.fingerprint}
    write(run / f"{child.name}.json", json.dumps(known))
    return Process(child, own.pid, pidfd, own)


def adopt(child: Child, run: Path) -> tuple[Process, bool] | None:
    """The living process of this name, and whether it was started with the orders of today."""
    try:
        known = json.loads((run / f"{child.name}.json").read_text())
        pidfd = os.pidfd_open(known["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    # Checked after the pidfd is open: now the number cannot pass to another process.
    if _started(known["pid"]) != known["started"]:
        os.close(pidfd)
        return None
    return Process(child, known["pid"], pidfd, None), known["order"] == child.fingerprint


def _started(pid: int) -> int | None:
    """When it was started, in ticks since boot (proc(5), field 22); None of the dead."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    rest = stat.rpartition(")")[2].split()
    return None if rest[0] in "ZX" else int(rest[19])
