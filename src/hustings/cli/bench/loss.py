"""`hustings bench loss`: what a speaker's bad line costs those who listen."""

import asyncio
import platform
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

from hustings.cli.bench.town import media, readable, town_hall
from hustings.cli.common import JSON, Group, Told, takes
from hustings.domain.refusals import StartRefused

LINE: Group = {
    "percent": (
        Annotated[float, typer.Option(min=0, max=100, help="Of packets lost, each way.")],
        10.0,
    ),
    "rtt_ms": (Annotated[float, typer.Option(min=0, help="Round trip.")], 80.0),
    "jitter_ms": (Annotated[float, typer.Option(min=0, help="By which round trips differ.")], 20.0),
    "burst_ms": (Annotated[float, typer.Option(min=0, help="Dead for so long,")], 0.0),
    "every_ms": (Annotated[float, typer.Option(min=1, help="each time so much passed.")], 5_000.0),
    "outage_ms": (Annotated[float, typer.Option(min=0, help="Dead once, in the middle.")], 0.0),
}


@takes(common=JSON, own=LINE)
def loss(
    told: Told,
    seconds: Annotated[int, typer.Option(min=5, help="Of sound that is judged.")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="Of losses, delays and sound.")] = 1,
    stages: Annotated[int, typer.Option(min=1, max=2, help="That can be reached.")] = 2,
) -> None:
    """A speaker in Chromium on a bad line: what the crowd, the recording and others miss of them.

    The line turns bad once it stands; with two stages, each path loses packets of its own, and
    outages are of both.
    """
    figures = asyncio.run(_loss(told.own, seconds, seed, stages))
    asked = {"seconds": seconds, "seed": seed, "stages": stages}
    told.show(figures | asked | told.own, *readable(figures))


def _measures() -> tuple[ModuleType, ModuleType, ModuleType]:
    """Loaded where they are used: whoever hosts needs no arithmetic on sound."""
    try:
        from hustings.rehearse.measure.line import figures, loss, track
    except ModuleNotFoundError as error:
        raise StartRefused(
            f"This measurement needs {error.name}.", "Install it: pip install 'hustings[bench]'"
        ) from None
    return loss, track, figures


async def _loss(line: dict[str, Any], seconds: int, seed: int, stages: int) -> dict[str, Any]:
    if platform.system() != "Linux":
        raise StartRefused("This is measured on Linux alone.", "It has 127.0.0.2 and Chromium.")
    measure, tracks, judged = _measures()
    track = tracks.track(seconds, seed, speaks=False)
    middle_ms = track.middle_s * 1000 - line["outage_ms"] / 2
    fault = measure.Fault(**line, outage_at_ms=middle_ms)
    wanted = measure.Wanted(fault, track, seed, stages)
    with tempfile.TemporaryDirectory(prefix="hustings-loss-") as name:
        announced = {"announce": measure.ANNOUNCED}
        async with town_hall(measure.SEATS, record=True, **announced) as (evening, home):
            town = measure.Town(media(), evening, home.site, Path(name))
            heard = await measure.speak(town, wanted)
            # The town hall's folder goes with it.
            return dict(judged.figures(track, heard))
