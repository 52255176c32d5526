"""A real town hall in real processes: supervisor, nats-server, desk, and stand-ins for media."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

HERE = Path(__file__).parent
HUSTINGS = (sys.executable, "-m", "hustings")
DEADLINE_S = 20
NAMES = ("nats", "desk", "stage-1", "stage-2", "edge-1", "packager-1", "recorder-1")


class Town:
    """`hustings serve` on ports and in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.data, self.port = folder / "data", free_ports()
        media = folder / "media"
        media.write_text(f'#!/bin/sh\nexec {sys.executable} {HERE / "stand_in.py"} "$@"\n')
        media.chmod(0o755)
        self.env = {**os.environ, "HUSTINGS_MEDIA": str(media)}
        self.serve = None

    def command(self, *verb):
        return subprocess.run(
            [*HUSTINGS, *verb, "--data", self.data],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
        )

    def start(self):
        self.serve = subprocess.Popen(
            [*HUSTINGS, "serve", "--json", "--data", str(self.data), "--port", str(self.port)],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.serve.stdout.readline()
        assert line, self.serve.stderr.read()
        return json.loads(line)

    def stop(self):
        self.serve.send_signal(signal.SIGTERM)
        return self.serve.wait(DEADLINE_S)

    def ask(self, method, path, body=None):
        token = (self.data / "owner.pass").read_text().strip()
        return httpx.request(
            method,
            f"http://127.0.0.1:{self.port + 5}/api/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            timeout=5,
        )

    def pid(self, name):
        return json.loads((self.data / "run" / f"{name}.json").read_text())["pid"]

    def pids(self):
        return {name: self.pid(name) for name in NAMES}

    def orders(self, node="edge-1"):
        return json.loads((self.data / "run" / node / "orders.json").read_text())

    def files_with(self, text):
        files = [path for path in self.data.rglob("*") if path.is_file()]
        return [path.name for path in files if text.encode() in path.read_bytes()]

    def end(self):
        """Leave nothing behind, whatever became of the test."""
        if self.serve and self.serve.poll() is None:
            self.serve.kill()
        for name in NAMES:
            if (self.data / "run" / f"{name}.json").exists() and alive(self.pid(name)):
                os.kill(self.pid(name), signal.SIGKILL)


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def until(true, what="it"):
    """Wait for a condition, with a deadline."""
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        try:
            if found := true():
                return found
        except (OSError, ValueError, LookupError, httpx.HTTPError):
            pass
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come about in {DEADLINE_S} s")


def free_ports():
    """The first of nine ports in a row that nobody has."""
    while True:
        first = random.randrange(20_000, 32_000)
        try:
            for offset in range(9):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", first + offset))
        except OSError:
            continue
        return first


@pytest.fixture
def town(tmp_path):
    made = Town(tmp_path)
    yield made
    made.end()
