"""Promise 2: the death of an edge takes no word from those who listened there, or behind it."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from hustings.rehearse.measure.cores import Served
from hustings.rehearse.measure.edges import Kind, Place, edges
from tests.e2e.conftest import TownHall, free_ports, until
from tests.e2e.people import MEDIA, crowd, last_line, speaker, stream

LISTENERS = 60


async def test_an_edge_dies_beside_another_on_its_port_and_its_listeners_miss_nothing(
    tmp_path: Path,
) -> None:
    hall = TownHall(tmp_path / "data", "--edges", "2")
    try:
        given = hall.live_hall("ana")
        talking = await crowd(tmp_path, "talk", {"speakers": [speaker(hall, "ana", given["ana"])]})
        order = {"count": LISTENERS, "streams": [stream(hall)], "ramp_per_s": 100}
        listening = await crowd(tmp_path, "listen", {"listeners": order})
        await until(lambda: hears(hall), "all to listen")

        for name in ("edge-1", "edge-2"):
            before = hall.pid(name)
            os.kill(before, signal.SIGKILL)
            await until(
                lambda name=name, before=before: is_new(hall, name, before), f"a new {name}"
            )
            await until(lambda: hears(hall), "all at one edge or the other")
        listening.terminate()
        heard = (await last_line(listening))["listeners"]
        talking.terminate()
        await last_line(talking)
    finally:
        hall.stop()

    print(heard)
    assert heard["reconnects"] >= LISTENERS
    assert (heard["playing"], heard["missed"]) == (LISTENERS, 0)


async def listeners(hall: TownHall) -> int:
    with hall.api as api:
        told: int = api.get("/halls/eve").json()["audience"]["listeners"]
    return told


async def hears(hall: TownHall) -> bool:
    return await listeners(hall) == LISTENERS


async def is_new(hall: TownHall, name: str, before: int) -> bool:
    return hall.pid(name) != before


async def test_an_edge_behind_an_edge_behind_two_edges_has_every_part_a_moment_later(
    town_hall: TownHall, tmp_path: Path
) -> None:
    given = town_hall.live_hall("ana")
    talking = await crowd(tmp_path, "talk", {"speakers": [speaker(town_hall, "ana", given["ana"])]})
    async with AsyncExitStack() as stack:
        place = Place(MEDIA, "eve", town_hall.data / "run/edge-1.order.json", free_ports())

        async def chained(name: str, *upstream: Served) -> Served:
            where = replace(place, port=free_ports(), name=name)
            kind = Kind(upstream=tuple(urlsplit(served.stream).netloc for served in upstream))
            return await stack.enter_async_context(edges(where, kind))

        first, other = await chained("first"), await chained("other")
        middle = await chained("middle", first, other)
        last = await chained("last", middle)
        orders = {
            name: {"count": 10, "stream": served.stream, "ramp_per_s": 100}
            for name, served in (("near", other), ("far", last))
        }
        listening = [await crowd(tmp_path, name, {"listeners": o}) for name, o in orders.items()]
        await asyncio.sleep(4)
        for pid in first.pids:
            os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(4)
        for one in listening:
            one.terminate()
        near, far = [(await last_line(one))["listeners"] for one in listening]
    talking.terminate()
    await last_line(talking)

    later_ms = far["age_ms"]["p50"] - near["age_ms"]["p50"]
    print(f"{later_ms:.1f} ms later through two more edges; {far}")
    assert (near["missed"], far["missed"], far["reconnects"]) == (0, 0, 0)
    assert far["parts"] > 10 * 25
    assert 0 <= later_ms < 100
