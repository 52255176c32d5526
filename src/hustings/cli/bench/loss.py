"""`hustings bench loss`: what a speaker's bad line costs those who listen."""

import asyncio
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from hustings.cli.bench.town import media, readable, town_hall
from hustings.cli.common import JSON, Group, Told, takes
from hustings.domain.refusals import StartRefused

PESQ = "not measured; pip install pesq, after reading what its licence allows"
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
    beside: Annotated[
        bool, typer.Option("--beside", help="At Janus and aiortc too, where they are.")
    ] = False,
) -> None:
    """A speaker in Chromium on a bad line: what the crowd, the recording and others miss of them.

    The line turns bad once it stands; with two stages, each path loses packets of its own, and
    outages are of both.
    """
    _must_be_possible()
    figures = asyncio.run(_loss(told.own, seconds, seed, stages, beside))
    asked = {"seconds": seconds, "seed": seed, "stages": stages}
    told.show(figures | asked | told.own, *readable(figures))
    if figures["pesq"] is None:
        print(f"pesq: {PESQ}", file=sys.stderr)


def _must_be_possible() -> None:
    """Raises StartRefused."""
    if sys.platform != "linux":
        raise StartRefused("This is measured on Linux alone.", "Measure there.")
    for needed in ("numpy", "playwright"):
        if find_spec(needed) is None:
            raise StartRefused(
                f"This measurement needs {needed}.", "Install it: pip install 'hustings[bench]'"
            )


async def _loss(
    line: dict[str, Any], seconds: int, seed: int, stages: int, beside: bool
) -> dict[str, Any]:
    # Loaded where it is used: whoever hosts needs no arithmetic on sound.
    from hustings.rehearse.measure.line import figures, link, loss, others, quality, studio, track

    studio.chromium()
    said = track.track(seconds, seed, speaks=quality.judge() is not None)
    middle_ms = said.middle_s * 1000 - line["outage_ms"] / 2
    fault = link.Fault(**line, outage_at_ms=middle_ms)
    wanted = loss.Wanted(fault, said, seed, stages)
    with tempfile.TemporaryDirectory(prefix="hustings-loss-") as name:
        announced = {"announce": loss.ANNOUNCED}
        async with town_hall(loss.SEATS, record=True, **announced) as (evening, home):
            town = loss.Town(media(), evening, home.site, Path(name))
            heard = await loss.speak(town, wanted)
            # Before the folder goes in which the recording is.
            told = await asyncio.to_thread(figures.figures, said, heard)
        if beside:
            told |= await others.others(others.Asked(fault, said, seed, media(), Path(name)))
        return told
