"""Our own edge before the crowd of the peers: the same listeners, the same accounts.

`hustings bench fanout` holds it against the floor; this holds it against the others.
"""

import argparse
import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import hustings
from benches.peers import bench, machine
from benches.peers.ears.crowd import over_http
from benches.peers.ears.loop import Order
from benches.peers.ears.parts import Ear
from hustings.domain.refusals import StartRefused
from hustings.rehearse.measure.cores import OTHERS, SERVER


@contextmanager
def start(given: argparse.Namespace, most: int) -> Iterator[bench.Peer]:
    with machine.folder() as folder, town_hall(folder) as (stream, pid):
        where = urlsplit(stream)
        port = where.port or 0
        heard = partial(machine.answers, port, where.path, b" 200 OK")
        machine.wait_for("Sound at the edge", heard, folder / "said.log")
        line = f"GET {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode()
        yield bench.Peer(
            name="hustings",
            version=hustings.__version__,
            settings={"part_ms": 240, "kbits": 32},
            pids=(pid,),
            crowd=lambda count, per_s: over_http(Order(port, line, Ear, count, per_s)),
        )


@contextmanager
def town_hall(folder: Path) -> Iterator[tuple[str, int]]:
    """A demo on the other core; its edge on the core of who serves. Gives where its stream is, and
    the edge's process."""
    log = folder / "said.log"
    ask = [sys.executable, "-m", "hustings", "demo", "--json", "--no-open", "--listeners", "0"]
    site = ["--data", str(folder / "data"), "--port", str(_ports()), "--host", "127.0.0.1"]
    with machine.running([*ask, *site], log, OTHERS):
        machine.wait_for("The town hall", lambda: _stream(log) != "", log)
        pid = int(json.loads((folder / "data/run/edge-1.json").read_text())["pid"])
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {SERVER})
        yield _stream(log), pid


def _stream(log: Path) -> str:
    """Where it said that its stream is; empty before."""
    said = [line for line in log.read_text().splitlines() if line.startswith("{")]
    return str(json.loads(said[0])["stream_url"]) if said else ""


def _ports() -> int:
    """The first of nine in a row that are free."""
    for port in range(21_000, 32_000, 10):
        with suppress(OSError):
            for offset in range(9):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port + offset))
            return port
    raise StartRefused("No nine ports in a row are free.", "Free some of 21000 to 32000.")


def main() -> None:
    bench.main(bench.options(__doc__ or "", 10_000), start)


if __name__ == "__main__":
    main()
