"""Drives the supervisor: does what it says, tells it what happened. All waiting here.

Also follows the children's logs, for the warnings in them.
"""

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hustings.domain.refusals import StartRefused
from hustings.fleet import supervisor as sup
from hustings.fleet.children import Process, adopt, spawn
from hustings.fleet.nodes import Child
from hustings.fleet.ports import must_be_free
from hustings.fleet.tail import Tail

TAIL_S = 0.5


@dataclass(frozen=True)
class Surroundings:
    run: Path
    logs: Path
    now_ms: Callable[[], int]
    """Monotonic."""
    say: Callable[[str], None]


class Shell:
    def __init__(self, children: Sequence[Child], around: Surroundings) -> None:
        self._children = {child.name: child for child in children}
        self._around = around
        self._core = sup.Supervisor(self._children)
        self._running: dict[str, Process] = {}
        self._woken = asyncio.Event()
        self._stopping = False
        self._tail = Tail(around.logs, self._children)

    async def run(self) -> None:
        """Until stopped and every child is gone. Raises StartRefused where one cannot start."""
        await self._adopt()
        must_be_free(c for c in self._children.values() if c.name not in self._running)
        self._handle(sup.Begin(frozenset(self._running)))
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(signum) is not signal.SIG_IGN:  # As nohup leaves it.
                loop.add_signal_handler(signum, self.stop)
        while (done := self._perform()) is None:
            await self._wait()
            self._core.handle(sup.Tick(), self._around.now_ms())
            for line in self._tail.warnings():
                # Each tells that the others are going; all of them were asked to.
                if not self._stopping:
                    self._around.say(line)
        if done.refused:
            why = self._tail.last(done.refused)
            raise StartRefused(
                f"{done.refused} could not start: {why}", "Mend that, and try again."
            )

    def stop(self) -> None:
        self._stopping = True
        self._handle(sup.Stop())

    def hold(self, name: str) -> None:
        self._handle(sup.Hold(name))

    def release(self, name: str) -> None:
        self._handle(sup.Release(name))

    def _handle(self, happened: sup.Input) -> None:
        self._core.handle(happened, self._around.now_ms())
        self._woken.set()

    def _perform(self) -> sup.Done | None:
        while (wanted := self._core.poll()) is not None:
            match wanted:
                case sup.Start(name):
                    self._watch(spawn(self._children[name], self._around.run, self._around.logs))
                    self._handle(sup.Up(name))
                case sup.Terminate(name):
                    self._running[name].send(signal.SIGTERM)
                case sup.Kill(name):
                    self._running[name].send(signal.SIGKILL)
                case sup.Restarting(name, code, in_ms):
                    said = "" if code is None else f" with code {code}"
                    self._around.say(f"{name} died{said}; starting it again in {in_ms / 1000} s")
                case sup.Done():
                    return wanted
        return None

    async def _wait(self) -> None:
        at_ms = self._core.deadline()
        left_s = TAIL_S if at_ms is None else (at_ms - self._around.now_ms()) / 1000
        try:
            async with asyncio.timeout(max(0, min(left_s, TAIL_S))):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    def _watch(self, process: Process) -> None:
        name = process.child.name
        self._running[name] = process
        asyncio.get_running_loop().add_reader(process.pidfd, self._gone, name)

    def _gone(self, name: str) -> None:
        process = self._running.pop(name)
        asyncio.get_running_loop().remove_reader(process.pidfd)
        self._handle(sup.Died(name, process.code()))

    async def _adopt(self) -> None:
        """Take over the living. One with other orders than today's is stopped first."""
        for child in self._children.values():
            found = adopt(child, self._around.run)
            if found is None:
                continue
            process, same = found
            if same:
                self._watch(process)
            else:
                await _end(process)


async def _end(process: Process) -> None:
    gone = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(process.pidfd, gone.set)
    for signum in (signal.SIGTERM, signal.SIGKILL):
        process.send(signum)
        try:
            async with asyncio.timeout(sup.STOP_MS / 1000):
                await gone.wait()
            break
        except TimeoutError:
            continue
    loop.remove_reader(process.pidfd)
    process.code()
