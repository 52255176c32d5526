"""`hustings bench fanout` and `join`: what a listener costs, and all at once at the door."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import typer

from hustings.cli.bench.town import Json, free_ports, media, pid, read, show, speaker, town_hall
from hustings.fleet.crowd import crowd, floor
from hustings.rehearse import cores, fanout, joins
from hustings.rehearse.evening import Seat

PART_MS, WINDOW_MS = 240, 600
WHOLE_AFTER_MS = PART_MS + WINDOW_MS
"""A part is whole when its last sample is over and the repair window is past."""
Sending = Annotated[str, typer.Option(help="auto (io_uring where it is granted) or epoll.")]


def fan_out(
    listeners: Annotated[int, typer.Option(min=1, max=17_000)] = 10_000,
    seconds: Annotated[int, typer.Option(min=5, help="Of each turn.")] = 20,
    rounds: Annotated[int, typer.Option(min=1, help="Turns of each.")] = 5,
    sending: Sending = "auto",
    json_: Json = False,
) -> None:
    """Processor time a listener and part, edge and floor in turn, each on a core of its own."""
    wanted = fanout.Measure(listeners, seconds, rounds, WHOLE_AFTER_MS)
    show(asyncio.run(_fan_out(wanted, sending)) | {"sending": sending}, json_)


def join(
    joins: Annotated[int, typer.Option(min=1, max=17_000, help="At once.")] = 10_000,
    sitting: Annotated[int, typer.Option(min=1, max=17_000, help="So many sit already.")] = 5_000,
    sending: Sending = "auto",
    json_: Json = False,
) -> None:
    """All at once at the door: who has sound and when, and what those inside hear of it."""
    show(asyncio.run(_join_at_once(joins, sitting, sending)), json_)


async def _fan_out(wanted: fanout.Measure, sending: str) -> dict[str, Any]:
    async with _edge_and_floor(sending) as pair:
        return await fanout.compare(pair, wanted)


async def _join_at_once(joining: int, sitting: int, sending: str) -> dict[str, Any]:
    async with _edge_and_floor(sending) as pair:
        return await joins.storm(pair, joining, sitting, WHOLE_AFTER_MS)


@asynccontextmanager
async def _edge_and_floor(sending: str) -> AsyncIterator[cores.Pair]:
    """A hall in which one voice speaks, heard at the edge and at the floor."""
    cores.two_cores()
    async with town_hall([Seat("voice", "A voice")], sending=sending) as (evening, home):
        at = f"127.0.0.1:{free_ports()}"
        order = {"stream": at, "source": home.site.stage(1), "hall": evening.hall}
        async with (
            crowd(media(), {"speakers": [speaker(evening, "voice", 0)]}) as voice,
            floor(media(), order) as floor_pid,
        ):
            talking = asyncio.create_task(read(voice))
            try:
                edge = cores.Served("edge", (pid(home, "edge-1"),), evening.stream_url)
                bare = cores.Served("floor", (floor_pid,), f"http://{at}/h/{evening.hall}/live.mp4")
                yield cores.Pair(media(), edge, bare)
            finally:
                voice.stop()
                await talking
