"""HTTP/2 turned against the page port (RFC 9113, section 10.5): whatever one connection does,
others are answered, listeners miss nothing, and memory stays where it was."""

import asyncio
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import TownHall
from tests.e2e.people import crowd, last_line, speaker, stream

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, PING, CONTINUATION = 0, 1, 3, 4, 6, 9
END_STREAM, END_HEADERS, ACK = 1, 4, 1
GET = b"\x82\x86\x84\x41\x01x"
"""GET http://x/ by the static table of HPACK (RFC 7541, appendix A)."""
ATTACK_S = 3
ANSWERED_WITHIN_S = 1.0
GROWN_MAX = 48 << 20
LISTENERS = 20


def frame(kind: int, flags: int, number: int, body: bytes = b"") -> bytes:
    head = struct.pack(">I", len(body))[1:] + bytes([kind, flags]) + struct.pack(">I", number)
    return head + body


def rapid_reset() -> Iterator[bytes]:
    for number in range(1, 1 << 24, 200):
        yield b"".join(
            frame(HEADERS, END_STREAM | END_HEADERS, n, GET)
            + frame(RESET, 0, n, struct.pack(">I", 8))
            for n in range(number, number + 200, 2)
        )


def endless_headers() -> Iterator[bytes]:
    yield frame(HEADERS, END_STREAM, 1, GET)
    while True:
        yield frame(CONTINUATION, 0, 1, b"\x00\x01a\x7f\xff\x7e" + b"a" * 16_000)


def pings() -> Iterator[bytes]:
    while True:
        yield frame(PING, 0, 0, b"hustings") * 500


def settings() -> Iterator[bytes]:
    while True:
        yield frame(SETTINGS, 0, 0, struct.pack(">HI", 3, 100)) * 500


def empty_frames() -> Iterator[bytes]:
    post = b"\x83\x86\x84\x41\x01x"
    yield frame(HEADERS, END_HEADERS, 1, post)
    while True:
        yield frame(DATA, 0, 1) * 1_000


def a_bomb() -> Iterator[bytes]:
    """A header of 4 kB goes into the table once, and is named by one byte a thousand times."""
    number = 1
    large = b"\x40\x01a\x7f\xa1\x1e" + b"a" * 4_000
    yield frame(HEADERS, END_STREAM | END_HEADERS, number, GET + large)
    while True:
        number += 2
        yield frame(HEADERS, END_STREAM | END_HEADERS, number, GET + b"\xbe" * 10_000)


def closed_windows() -> Iterator[bytes]:
    """A hundred pages, and no room for any of them."""
    yield frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 0))
    yield b"".join(
        frame(HEADERS, END_STREAM | END_HEADERS, number, GET) for number in range(1, 200, 2)
    )
    while True:
        time.sleep(0.2)
        yield b""


ATTACKS: list[Callable[[], Iterator[bytes]]] = [
    rapid_reset,
    endless_headers,
    pings,
    settings,
    empty_frames,
    a_bomb,
    closed_windows,
]


def attack(port: int, frames: Callable[[], Iterator[bytes]], until: float) -> None:
    """Again and again, as often as one is let go. Nothing is read."""
    while time.monotonic() < until:
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), 2)) as line:
            line.settimeout(0.5)
            line.sendall(PREFACE + frame(SETTINGS, 0, 0))
            for some in frames():
                line.sendall(some)
                if time.monotonic() > until:
                    return


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TownHall]:
    hall = TownHall(tmp_path_factory.mktemp("evening") / "data")
    hall.given = hall.live_hall("ana")
    yield hall
    hall.stop()


@pytest.mark.parametrize("frames", ATTACKS, ids=lambda frames: frames.__name__)
async def test_others_are_answered_and_listeners_miss_nothing(
    evening: TownHall, tmp_path: Path, frames: Callable[[], Iterator[bytes]]
) -> None:
    talks = {"speakers": [speaker(evening, "ana", evening.given["ana"])]}
    talking = await crowd(tmp_path, "talk", talks)
    order = {"count": LISTENERS, "stream": stream(evening), "ramp_per_s": 100}
    listening = await crowd(tmp_path, "listen", {"listeners": order})
    await asyncio.sleep(2)
    pid, before = evening.pid("edge-1"), memory(evening)

    until = time.monotonic() + ATTACK_S
    told = (evening.port, frames, until)
    attackers = [threading.Thread(target=attack, args=told, daemon=True) for _ in range(4)]
    for attacker in attackers:
        attacker.start()
    waits = []
    async with httpx.AsyncClient(timeout=10) as http:
        while time.monotonic() < until:
            asked = time.monotonic()
            answer = await http.get(f"{evening.page}/h/eve/state.json")
            waits.append(time.monotonic() - asked)
            assert answer.status_code == 200
            await asyncio.sleep(0.05)
    for attacker in attackers:
        await asyncio.to_thread(attacker.join, 5)
    grown = memory(evening) - before
    listening.terminate()
    heard = (await last_line(listening))["listeners"]
    talking.terminate()
    await last_line(talking)

    waits.sort()
    print(f"{waits[len(waits) // 2] * 1e3:.1f} ms, at most {waits[-1] * 1e3:.0f}, {grown:,} bytes")
    assert evening.pid("edge-1") == pid
    assert waits[-1] < ANSWERED_WITHIN_S
    assert (heard["playing"], heard["missed"]) == (LISTENERS, 0)
    assert grown < GROWN_MAX


def memory(hall: TownHall) -> int:
    """Of the edge, in bytes."""
    fields = Path(f"/proc/{hall.pid('edge-1')}/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")
