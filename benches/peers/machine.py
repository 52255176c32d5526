"""The peer on a core of its own, in a folder that goes away, and what that core did."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from hustings.domain.refusals import StartRefused
from hustings.ops.clock import monotonic_ms, wait_ms
from hustings.rehearse.measure.cores import OTHERS, SERVER

ROOT = Path(__file__).parents[2]
VOICE = ROOT / "src/hustings/voices/ana.opus"
BUILT = Path(__file__).parent / ".build"
"""What was built of peers stays; git does not see it."""
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TICK_US = 1e6 / os.sysconf("SC_CLK_TCK")
OPEN_WITHIN_MS = 30_000
STOP_WITHIN_S = 10


@dataclass(frozen=True)
class Shares:
    """Of the time between two readings: what of it the cores, and the peer, were at work."""

    core: float
    others: float
    own: float
    stolen: float


@dataclass(frozen=True)
class Spent:
    """What was spent until now: by the core, by the peer's processes, by others of the host."""

    at_ms: int
    core_us: float
    others_us: float
    """By the core of the crowd."""
    own_us: float
    stolen_us: float
    rss: int
    kernel: int

    @classmethod
    def by(cls, pids: Sequence[int]) -> "Spent":
        stat, at_ms = Path("/proc/stat").read_text(), monotonic_ms()
        return cls(
            at_ms=at_ms,
            core_us=busy_us(stat, SERVER, at_ms),
            others_us=busy_us(stat, OTHERS, at_ms),
            own_us=sum(own_us(Path(f"/proc/{pid}/stat").read_text()) for pid in pids),
            stolen_us=stolen_us(stat),
            rss=sum(_rss(pid) for pid in pids),
            kernel=kernel_bytes(
                Path("/proc/meminfo").read_text(), Path("/proc/net/sockstat").read_text()
            ),
        )

    def since(self, before: "Spent") -> Shares:
        took_us = max(1, self.at_ms - before.at_ms) * 1000
        return Shares(
            core=(self.core_us - before.core_us) / took_us,
            others=(self.others_us - before.others_us) / took_us,
            own=(self.own_us - before.own_us) / took_us,
            stolen=(self.stolen_us - before.stolen_us) / took_us,
        )


def own_us(stat: str) -> float:
    """proc(5), /proc/PID/stat: utime and stime, after a name that may hold spaces and brackets."""
    words = stat.rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) * TICK_US


def busy_us(stat: str, core: int, at_ms: int) -> float:
    """What a core did, up to a constant: the time there was, less what it idled.

    Idle time is kept to the microsecond where ticks stop for it; what ticks say of the rest is
    sampled, and misses work that a timer begins (proc(5), /proc/stat; tick-sched.c). Programs that
    were niced are left out: those yield.
    """
    _user, nice, _system, idle, iowait, *_ = _ticks(stat, core)
    return at_ms * 1000 - (nice + idle + iowait) * TICK_US


def stolen_us(stat: str) -> float:
    """What the host gave to others while the core of who serves wanted to run."""
    return _ticks(stat, SERVER)[7] * TICK_US


def kernel_bytes(meminfo: str, sockstat: str) -> int:
    """Memory that sockets may stand in: slabs that stay, and what TCP and UDP hold for them."""
    slabs = next(line.split()[1] for line in meminfo.splitlines() if line.startswith("SUnreclaim:"))
    pages = 0
    for line in sockstat.splitlines():
        words = line.split()
        if words[0] in ("TCP:", "UDP:"):
            pages += int(words[words.index("mem") + 1])
    return int(slabs) * 1024 + pages * PAGE_BYTES


def _rss(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES


def _ticks(stat: str, core: int) -> list[int]:
    line = next(line for line in stat.splitlines() if line.startswith(f"cpu{core} "))
    return [int(word) for word in line.split()[1:9]]


def find(program: str, name: str, mend: str) -> str:
    """Where it is. Raises StartRefused with how to get it."""
    found = shutil.which(program) or shutil.which(program, path=f"{BUILT}:/usr/sbin")
    if found is None:
        raise StartRefused(f"{name} is not on this machine.", mend)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def folder() -> Iterator[Path]:
    """Open to whoever a peer becomes."""
    with tempfile.TemporaryDirectory(prefix="hustings-peer-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@contextmanager
def running(ask: Sequence[str], log: Path, core: int = SERVER) -> Iterator[subprocess.Popen[bytes]]:
    """A program on one core, until this ends."""
    ours = os.sched_getaffinity(0)
    with log.open("wb") as said:
        os.sched_setaffinity(0, {core})
        try:
            process = subprocess.Popen(
                ask, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
            )
        finally:
            os.sched_setaffinity(0, ours)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def fed(ask: Sequence[str], log: Path) -> Iterator[None]:
    """Live sound into a peer, from the other core: the voice, again and again."""
    ffmpeg = find("ffmpeg", "ffmpeg", "Install it: apt-get install ffmpeg")
    sound = [ffmpeg, "-v", "error", "-re", "-stream_loop", "-1", "-i", str(VOICE)]
    with running([*sound, *ask], log, OTHERS):
        yield


def wait_for(what: str, done: Callable[[], bool], log: Path) -> None:
    """Raises StartRefused with the end of the log."""
    until = monotonic_ms() + OPEN_WITHIN_MS
    while not done():
        if monotonic_ms() > until:
            said = log.read_text(errors="replace")[-600:] if log.exists() else ""
            raise StartRefused(f"{what} did not come.", said)
        wait_ms(100)


def accepts(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 2):
        return True
    return False


def answers(port: int, path: str, holds: bytes = b" 200 ", host: str = "127.0.0.1") -> bool:
    """Whether a plain GET is answered with these bytes near its beginning."""
    with suppress(OSError), socket.create_connection((host, port), 2) as line:
        line.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
        return holds in line.recv(4096)
    return False


def stop_by_signal() -> None:
    """Asked to stop, a measurement cleans up as if it had ended."""

    def leave(number: int, _: FrameType | None) -> None:
        sys.exit(128 + number)

    for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(one, leave)
