"""`hustings bench stage`: what mixing costs, and how late it is."""

import asyncio
import os
import signal
from typing import Annotated, Any

import httpx
import typer

from hustings.cli.bench.town import media, pid, read, readable, speaker, town_hall
from hustings.cli.common import JSON, Told, takes
from hustings.fleet.crowd import crowd
from hustings.ops.clock import SystemClock
from hustings.rehearse.evening import Seat

SETTLE_S = 4
CLOCK = SystemClock()


@takes(common=JSON)
def stage(
    told: Told,
    speakers: Annotated[int, typer.Option(min=1, max=60)] = 20,
    seconds: Annotated[int, typer.Option(min=5)] = 20,
    listeners: Annotated[int, typer.Option(help="An edge sweeps so many meanwhile.")] = 0,
    stop_desk: Annotated[bool, typer.Option(help="SIGSTOP the desk meanwhile.")] = False,
) -> None:
    """Processor share per speaker, and how late the mix was."""
    figures = asyncio.run(_stage(speakers, seconds, listeners, stop_desk))
    told.show(figures, *readable(figures))


async def _stage(speakers: int, seconds: int, listeners: int, stop_desk: bool) -> dict[str, Any]:
    seats = [Seat(f"s{n}", f"Speaker {n}") for n in range(speakers)]
    async with town_hall(seats) as (evening, home):
        talking = [speaker(evening, seat.seat, n) for n, seat in enumerate(seats)]
        order: dict[str, Any] = {"speakers": talking}
        if listeners:
            ears = {"count": listeners, "stream": evening.stream_url, "ramp_per_s": 1000}
            order["listeners"] = ears
        async with crowd(media(), order) as running:
            reading = asyncio.create_task(read(running))
            await CLOCK.sleep_ms(SETTLE_S * 1000 + listeners)
            desk = pid(home, "desk") if stop_desk else None
            if desk:
                os.kill(desk, signal.SIGSTOP)
            try:
                measured = await _measure(home.site.stage(1), seconds, speakers)
            finally:
                if desk:
                    os.kill(desk, signal.SIGCONT)
            running.stop()
            heard = (await reading).get("listeners") or {}
        return measured | {"listeners_missed": heard.get("missed", 0)}


async def _measure(stage_http: str, seconds: int, speakers: int) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=f"http://{stage_http}") as client:
        before = (await client.delete("/stats")).json()["cpu_s"]
        await CLOCK.sleep_ms(seconds * 1000)
        after = (await client.get("/stats")).json()
    share = (after["cpu_s"] - before) / seconds * 100
    return {
        "speakers": speakers,
        "seconds": seconds,
        "cpu_percent": round(share, 2),
        "cpu_percent_per_speaker": round(share / speakers, 3),
        "tick_late_ms": _spread(after["tick_late_ms"]),
        "tick_took_ms": _spread(after["tick_took_ms"]),
    }


def _spread(figures: dict[str, float]) -> dict[str, float]:
    return {name: figures[name] for name in ("p50", "p99", "max")}
