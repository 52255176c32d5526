"""The sockets of a crowd: one process, one epoll. Connects do not wait for one another.

What listeners make of the bytes stands elsewhere; here is no HTTP and no sound.
"""

import gc
import os
import select
import signal
import socket
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from heapq import heappop, heappush
from multiprocessing.connection import Connection
from typing import Protocol

from benches.peers.ears.tally import Hearing, NotSound, Tally
from hustings.ops.clock import monotonic_ms

TICK_MS = 10
AT_A_TIME = 256
READ_BYTES = 65_536
RESET = b"\x01\x00\x00\x00\x00\x00\x00\x00"
"""SO_LINGER of nothing: a crowd that leaves holds no ports in TIME_WAIT."""


class Ear(Protocol):
    """Bytes in, bytes out; it holds no socket."""

    hearing: Hearing
    ages: list[int]
    missing: int
    pieces: int

    def take(self, data: bytes, now_ms: int) -> bytes:
        """What to send next. Raises NotSound."""

    def ended(self) -> bytes | None:
        """The server hung up: what to ask of a new connection, if anything."""

    def wake_ms(self) -> int | None:
        """When to come back."""

    def wake(self, now_ms: int) -> bytes:
        """It is that time: what to send."""


@dataclass(frozen=True)
class Order:
    """So many listeners, of whom so many come each second, and what they first ask."""

    port: int
    ask: bytes
    make: Callable[[int], Ear]
    count: int
    per_s: float


@dataclass(slots=True)
class Seat:
    ear: Ear
    line: socket.socket
    to_say: bytes
    said: bool = False
    wakes_ms: int = -1


@dataclass
class Loop:
    order: Order
    pipe: Connection
    seats: dict[int, Seat] = field(default_factory=dict)
    gone: list[Ear] = field(default_factory=list)
    came: int = 0
    told: Tally = field(default_factory=Tally)
    wakes: list[tuple[int, int]] = field(default_factory=list)
    epoll: select.epoll = field(default_factory=select.epoll)

    def run(self) -> None:
        """Until the pipe says so, or whoever holds it is gone."""
        parent, began, tick = os.getppid(), monotonic_ms(), monotonic_ms()
        self.epoll.register(self.pipe.fileno(), select.EPOLLIN)
        while os.getppid() == parent:
            now = monotonic_ms()
            if now >= tick:
                self.told.late_ms[now - tick] += 1
                tick = now + TICK_MS
            coming = self._come(now, began)
            self._wake(now)
            for fd, flags in self.epoll.poll(0 if coming else TICK_MS / 1000, AT_A_TIME):
                if fd != self.pipe.fileno():
                    self._ready(fd, flags)
                elif not self._answer():
                    return

    def _come(self, now_ms: int, began_ms: int) -> bool:
        """Let some more in; whether there are more whose time it is."""
        due = min(self.order.count, int((now_ms - began_ms + TICK_MS) * self.order.per_s / 1000))
        for _ in range(min(due - self.came, AT_A_TIME)):
            self.came += 1
            self._connect(self.order.make(monotonic_ms()), self.order.ask)
        return self.came < due

    def _connect(self, ear: Ear, ask: bytes) -> None:
        line = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        line.connect_ex(("127.0.0.1", self.order.port))
        self.seats[line.fileno()] = Seat(ear, line, ask)
        self.epoll.register(line.fileno(), select.EPOLLOUT)

    def _ready(self, fd: int, flags: int) -> None:
        seat = self.seats[fd]
        try:
            if not seat.said and not flags & select.EPOLLERR:
                seat.said = True
                self.epoll.modify(fd, select.EPOLLIN)
                seat.line.send(seat.to_say)
                return
            data = seat.line.recv(READ_BYTES)
            if not data:
                self._ended(fd, seat)
                return
            asked = seat.ear.take(data, monotonic_ms())
            if asked:
                seat.line.send(asked)
            else:
                self._remember(fd, seat)
        except BlockingIOError:
            return
        except (OSError, NotSound):
            self._ended(fd, seat)

    def _ended(self, fd: int, seat: Seat) -> None:
        self.epoll.unregister(fd)
        seat.line.close()
        del self.seats[fd]
        again = seat.ear.ended()
        if again is None:
            self.gone.append(seat.ear)
        else:
            self._connect(seat.ear, again)

    def _remember(self, fd: int, seat: Seat) -> None:
        wakes = seat.ear.wake_ms()
        if wakes is not None and wakes != seat.wakes_ms:
            seat.wakes_ms = wakes
            heappush(self.wakes, (wakes, fd))

    def _wake(self, now_ms: int) -> None:
        while self.wakes and self.wakes[0][0] <= now_ms:
            wakes, fd = heappop(self.wakes)
            seat = self.seats.get(fd)
            if seat is not None and seat.wakes_ms == wakes and seat.said:
                seat.wakes_ms = -1
                with suppress(OSError):
                    seat.line.send(seat.ear.wake(now_ms))

    def _answer(self) -> bool:
        if self.pipe.recv() != "tell":
            return False
        self.pipe.send(self._tally(monotonic_ms()))
        self.told.late_ms.clear()
        return True

    def _tally(self, now_ms: int) -> Tally:
        here = [seat.ear for seat in self.seats.values()]
        sounding = [ear for ear in here if ear.hearing.plays]
        everyone = here + self.gone
        heard = [ear.hearing for ear in everyone if ear.hearing.plays]
        ages: Counter[int] = Counter()
        for ear in everyone:
            ages.update(ear.ages)
            ear.ages.clear()
        return Tally(
            wanted=self.order.count,
            playing=len(sounding),
            turned_away=sum(not ear.hearing.plays for ear in self.gone),
            let_go=sum(ear.hearing.plays for ear in self.gone),
            pieces=sum(ear.pieces for ear in everyone),
            stalls=sum(one.stalls + (now_ms > one.dry_ms) for one in heard),
            missing=sum(ear.missing for ear in everyone),
            first_sound_ms=Counter(one.first_ms - one.asked_ms for one in heard),
            waits_ms=Counter(ear.hearing.longest_until(now_ms) for ear in sounding),
            ages_ms=ages,
            late_ms=Counter(self.told.late_ms),
        )


def listen(order: Order, pipe: Connection) -> None:
    """A process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # What a collector would find here are listeners, all of them alive.
    gc.disable()
    Loop(order, pipe).run()
