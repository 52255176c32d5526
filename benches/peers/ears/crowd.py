"""A crowd of several processes on the core of those who do not serve, and what it tells."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Protocol

from benches.peers.ears.loop import Order, listen
from benches.peers.ears.tally import Tally, total
from hustings.domain.refusals import StartRefused
from hustings.ops.clock import monotonic_ms, wait_ms

PROCESSES = 2
FORK = get_context("fork")
LOOK_MS = 500


class Crowd(Protocol):
    """Listeners that are there."""

    def tell(self) -> Tally:
        """What they have to tell now."""


@dataclass(frozen=True)
class Spread:
    """One crowd over several processes."""

    pipes: tuple[Connection, ...]

    def tell(self) -> Tally:
        for pipe in self.pipes:
            pipe.send("tell")
        return total(pipe.recv() for pipe in self.pipes)


@contextmanager
def over_http(order: Order) -> Iterator[Crowd]:
    """So many listeners, until this ends."""
    each = order.count // PROCESSES
    counts = [each + (n < order.count - each * PROCESSES) for n in range(PROCESSES)]
    parts = [replace(order, count=count, per_s=order.per_s / PROCESSES) for count in counts]
    ends, processes = [], []
    try:
        for part in parts:
            ours, theirs = FORK.Pipe()
            process = FORK.Process(target=listen, args=(part, theirs), daemon=True)
            process.start()
            theirs.close()
            ends.append(ours)
            processes.append(process)
        yield Spread(tuple(ends))
    finally:
        for end in ends:
            _stop(end)
        for process in processes:
            process.join(10)
            process.kill()


def _stop(end: Connection) -> None:
    try:
        end.send("stop")
    except OSError:
        return


def until(crowd: Crowd, done: Callable[[Tally], bool], within_ms: int) -> tuple[Tally, int]:
    """Ask until it is so, or it is too late: what was told last, and how long that took."""
    began = monotonic_ms()
    while True:
        told, took = crowd.tell(), monotonic_ms() - began
        if done(told) or took >= within_ms:
            return told, took
        wait_ms(min(LOOK_MS, max(1, within_ms - took)))


def room_for(count: int) -> None:
    """As many open files as this machine lets us have. Raises StartRefused."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count // PROCESSES + 100
    if most not in (resource.RLIM_INFINITY, max(most, wanted)):
        raise StartRefused(
            f"{count} listeners take {wanted} open files a process, and {most} are granted.",
            "Raise the limit (ulimit -Hn), or take fewer.",
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
