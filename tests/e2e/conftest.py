"""A town hall of real processes on free ports, and a real Chromium."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, async_playwright

ROOT = Path(__file__).parents[2]
HUSTINGS = Path(sys.executable).parent / "hustings"
CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
READY_WITHIN_S = 40
PLAIN, SEALED, BEHIND = (
    "http://127.0.0.1:{port}",
    "https://127.0.0.1:{port}",
    "https://127.0.0.1:{proxy}",
)


WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw3")[2:]) % 4
PORTS = range(22_000 + WORKER * 2_500, 22_000 + (WORKER + 1) * 2_500, 10)
"""Of this worker alone, or it would take what another saw free a moment ago."""


def free_ports() -> int:
    """Runs beside each other begin apart, too."""
    begin = os.getpid() % len(PORTS)
    for port in (*PORTS[begin:], *PORTS[:begin]):
        with suppress(OSError):
            for offset in range(9):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port + offset))
            return port
    raise RuntimeError("no nine free ports in a row")


class TownHall:
    """`hustings serve` in a folder of its own, and the API as its owner."""

    def __init__(self, data: Path, *more: str, public: str = PLAIN) -> None:
        """`public`: the origin people see, for its `{port}` or for `{proxy}`, nine further on."""
        self.data, self.port = data, free_ports()
        self.page = public.format(port=self.port, proxy=self.port + 9)
        args = [HUSTINGS, "serve", "--json", "--data", data, "--port", str(self.port)]
        args += [*more, "--public", self.page]
        with (
            data.parent.parent / "serve.log"
            if data.parent.name == "disk"
            else data.parent / "serve.log"
        ).open("w") as log:
            self.process = subprocess.Popen(args, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.process.stdout
        self.ready: dict[str, Any] = json.loads(self.process.stdout.readline() or "null")

    @property
    def api(self) -> httpx.Client:
        token = (self.data / "owner.pass").read_text().strip()
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.port + 5}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=10,
        )

    def live_hall(self, *seats: str) -> dict[str, dict[str, Any]]:
        with self.api as api:
            api.post("/halls", json={"hall": "eve", "title": "Eve of it"}).raise_for_status()
            given = {}
            for seat in seats:
                given[seat] = self.seat(seat)
            api.post("/halls/eve/open").raise_for_status()
        self._until_the_edge_knows()
        return given

    def _until_the_edge_knows(self) -> None:
        """Or who comes some milliseconds later finds no hall. In vain where it is elsewhere."""
        for _ in range(40):
            for origin in (PLAIN, SEALED):
                page = f"{origin.format(port=self.port)}/h/eve/state.json"
                with suppress(httpx.TransportError):
                    told = httpx.get(page, verify=False, timeout=2, trust_env=False)
                    if told.status_code == httpx.codes.OK and told.json()["state"] == "live":
                        return
            time.sleep(0.05)

    def seat(self, seat: str) -> dict[str, Any]:
        told = {"seat": seat, "name": f"Name Of {seat}"}
        with self.api as api:
            given: dict[str, Any] = (
                api.post("/halls/eve/seats", json=told).raise_for_status().json()
            )
        return given

    def pid(self, name: str) -> int:
        pid: int = json.loads((self.data / "run" / f"{name}.json").read_text())["pid"]
        return pid

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(20)


@pytest.fixture
def town_hall(tmp_path: Path) -> Iterator[TownHall]:
    hall = TownHall(tmp_path / "data")
    yield hall
    hall.stop()


async def chromium(*more: str, program: str | Path = CHROMIUM) -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=program, args=[*QUIET, *more])
        yield browser
        await browser.close()


async def until(ask: Any, what: str, within_s: float = READY_WITHIN_S) -> Any:
    """Wait for `await ask()` to be true."""
    try:
        async with asyncio.timeout(within_s):
            while True:
                if answer := await ask():
                    return answer
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"{what} did not happen within {within_s} s") from None
