"""Keeps the children of one machine alive: the decisions, without a process in sight.

`handle` takes what happened, `poll` gives what to do until it is empty, `deadline` says when to
come back. Whoever dies is started again, after a pause that doubles from 0.1 s to 5 s and is
forgotten after 10 s of life. Processes, signals and files are children.py and shell.py.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

PAUSE_FIRST_MS = 100
PAUSE_MAX_MS = 5000
HEALTHY_MS = 10_000
STOP_MS = 5000
REFUSED = 2
"""The exit code of a child that cannot be started as it was told."""


@dataclass(frozen=True)
class Begin:
    """Start everyone but those found running."""

    running: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Up:
    """It was started."""

    name: str


@dataclass(frozen=True)
class Died:
    name: str
    code: int | None
    """None where it was not our own child, and nobody can tell."""


@dataclass(frozen=True)
class Hold:
    """Kill it, and leave it dead until released."""

    name: str


@dataclass(frozen=True)
class Release:
    name: str


@dataclass(frozen=True)
class Stop:
    pass


@dataclass(frozen=True)
class Tick:
    pass


Input = Begin | Up | Died | Hold | Release | Stop | Tick


@dataclass(frozen=True)
class Start:
    name: str


@dataclass(frozen=True)
class Terminate:
    name: str


@dataclass(frozen=True)
class Kill:
    name: str


@dataclass(frozen=True)
class Restarting:
    """To be said to whoever looks on."""

    name: str
    code: int | None
    in_ms: int


@dataclass(frozen=True)
class Done:
    """Nothing runs any more. `refused` names the child that could not be started at all."""

    refused: str | None


Output = Start | Terminate | Kill | Restarting | Done


@dataclass
class _Child:
    up: bool = False
    held: bool = False
    proven: bool = False
    """Has run for a while under these orders, now or before us: what ails it now may pass."""
    up_since_ms: int = 0
    pause_ms: int = PAUSE_FIRST_MS
    start_at_ms: int | None = None


class Supervisor:
    def __init__(self, names: Iterable[str]) -> None:
        self._children = {name: _Child() for name in names}
        self._out: deque[Output] = deque()
        self._stopping = False
        self._kill_at_ms: int | None = None
        self._refused: str | None = None
        self._done = False

    def handle(self, happened: Input, now_ms: int) -> None:
        match happened:
            case Begin(running):
                self._begin(running, now_ms)
            case Up(name):
                self._up(name, now_ms)
            case Died(name, code):
                self._died(name, code, now_ms)
            case Hold(name):
                self._hold(name)
            case Release(name):
                self._release(name, now_ms)
            case Stop():
                self._stop(now_ms)
            case Tick():
                pass
        self._elapse(now_ms)

    def poll(self) -> Output | None:
        return self._out.popleft() if self._out else None

    def deadline(self) -> int | None:
        starts = [child.start_at_ms for child in self._children.values()]
        return min((ms for ms in (*starts, self._kill_at_ms) if ms is not None), default=None)

    def _begin(self, running: frozenset[str], now_ms: int) -> None:
        for name, child in self._children.items():
            if name in running:
                child.proven = True
                self._up(name, now_ms)
            elif not (self._stopping or child.held):
                child.start_at_ms = now_ms

    def _up(self, name: str, now_ms: int) -> None:
        child = self._children[name]
        child.up, child.up_since_ms, child.start_at_ms = True, now_ms, None
        if self._stopping:
            self._out.append(Terminate(name))
        elif child.held:
            self._out.append(Kill(name))

    def _died(self, name: str, code: int | None, now_ms: int) -> None:
        child = self._children[name]
        child.up = False
        if self._stopping or child.held:
            return
        if now_ms - child.up_since_ms >= HEALTHY_MS:
            child.pause_ms, child.proven = PAUSE_FIRST_MS, True
        if code == REFUSED and not child.proven:
            self._refused = name
            self._stop(now_ms)
            return
        self._out.append(Restarting(name, code, child.pause_ms))
        child.start_at_ms = now_ms + child.pause_ms
        child.pause_ms = min(2 * child.pause_ms, PAUSE_MAX_MS)

    def _hold(self, name: str) -> None:
        child = self._children[name]
        child.held, child.start_at_ms = True, None
        if child.up:
            self._out.append(Kill(name))

    def _release(self, name: str, now_ms: int) -> None:
        child = self._children[name]
        if child.held:
            child.held, child.pause_ms = False, PAUSE_FIRST_MS
            child.start_at_ms = None if child.up else now_ms

    def _stop(self, now_ms: int) -> None:
        if self._stopping:
            return
        self._stopping, self._kill_at_ms = True, now_ms + STOP_MS
        for name, child in self._children.items():
            child.start_at_ms = None
            if child.up:
                self._out.append(Terminate(name))

    def _elapse(self, now_ms: int) -> None:
        for name, child in self._children.items():
            if child.start_at_ms is not None and child.start_at_ms <= now_ms:
                child.start_at_ms = None
                self._out.append(Start(name))
        if self._kill_at_ms is not None and self._kill_at_ms <= now_ms:
            self._kill_at_ms = None
            self._out.extend(Kill(name) for name, child in self._children.items() if child.up)
        if self._stopping and not self._done and not any(c.up for c in self._children.values()):
            self._done, self._kill_at_ms = True, None
            self._out.append(Done(self._refused))
