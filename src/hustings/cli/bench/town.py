"""A town hall to measure, on free ports, in a folder that goes away; what measurements share."""

import asyncio
import json
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from hustings import config
from hustings.assemble.house import House, house
from hustings.domain.refusals import StartRefused
from hustings.fleet.crowd import Crowd
from hustings.fleet.programs import find_media
from hustings.fleet.site import Site
from hustings.rehearse import evening as evenings
from hustings.rehearse.evening import Evening, Seat, Wanted

VOICES = Path(__file__).parents[2] / "voices"
PORTS = 9


@asynccontextmanager
async def town_hall(
    seats: list[Seat], *, record: bool = False, **settings: Any
) -> AsyncIterator[tuple[Evening, House]]:
    """Open while it is measured, with settings that are not the usual ones."""
    with tempfile.TemporaryDirectory(prefix="hustings-bench-") as folder:
        told = config.load(config.Sources.real(data=folder, port=free_ports(), **settings))
        with house(Site(told.site), lambda _line: None) as home:
            running = asyncio.create_task(home.shell.run())
            try:
                owner = home.site.owner_pass.read_text
                wanted = Wanted("bench", "A measurement", seats, record=record)
                yield await evenings.begin(home.site.local, owner, wanted), home
            finally:
                home.shell.stop()
                with suppress(asyncio.CancelledError):
                    await running


def free_ports(beyond: int = 21_000) -> int:
    """The first of nine in a row."""
    for port in range(beyond, 32_700, 10):
        with suppress(OSError):
            for offset in range(PORTS):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port + offset))
            return port
    raise RuntimeError("no nine free ports in a row")


def sound_module() -> ModuleType:
    """What makes and finds sounds. Loaded where it is used: whoever hosts needs no arithmetic on
    sound. Raises StartRefused where that is not installed."""
    try:
        from hustings.rehearse.measure import chirps
    except ModuleNotFoundError as error:
        raise StartRefused(
            f"This measurement needs {error.name}.", "Install it: pip install 'hustings[bench]'"
        ) from None
    return chirps


def media() -> str:
    return find_media(config.load(config.Sources.real()).site.media)


def pid(home: House, name: str) -> int:
    told: int = json.loads((home.site.run / f"{name}.json").read_text())["pid"]
    return told


def speaker(evening: Evening, seat: str, n: int) -> dict[str, Any]:
    return {
        "whip": evening.whip_url(seat),
        "pass": evening.seats[seat]["pass"],
        "file": str(VOICES / ("ana.opus", "ben.opus")[n % 2]),
        "loop": True,
        "offset_ms": n * 7,
    }


async def read(running: Crowd) -> dict[str, Any]:
    """Its last line."""
    last: dict[str, Any] = {}
    async for line in running.lines():
        last = line
    return last


def readable(figures: dict[str, Any]) -> list[str]:
    """Line by line, for people."""
    return [f"{name:>24}  {value}" for name, value in figures.items()]
