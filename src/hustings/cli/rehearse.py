"""`hustings rehearse`: before the evening, the same evening with nobody in it."""

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from hustings.cli.client import reach, running
from hustings.cli.common import CLIENT, Group, Told, takes
from hustings.cli.listen import stream_url
from hustings.cli.simulate import SIMULATE, simulate
from hustings.client import Client
from hustings.client import Refused as Unwished
from hustings.domain.refusals import StartRefused
from hustings.fleet.crowd import crowd, speaker
from hustings.fleet.programs import find_media
from hustings.rehearse import evening as evenings
from hustings.rehearse.evening import Evening, Seat, Wanted
from hustings.rehearse.machine import Edges
from hustings.rehearse.page import page
from hustings.rehearse.scenario import Plan, Rehearsal, Sample, table
from hustings.rehearse.verdict import Outcome, judge

TITLE = "Rehearsal"
VOICES = Path(__file__).parents[1] / "voices"
SEATS = (Seat("ana", "Ana"), Seat("ben", "Ben"))
HERE_MAX = 200_000
NO_GO, NOT_MEASURED = 3, 4
"""Exit codes: it ran, and this is what it found."""
PAGE: Group = {
    "html": (
        Annotated[Path | None, typer.Option(help="Where verdict and plots go, as one page.")],
        None,
    ),
}


@takes(CLIENT, own=PAGE | SIMULATE)
def rehearse(
    told: Told,
    hall: Annotated[str, typer.Argument(help="An address that no town hall has yet.")] = "",
    listeners: Annotated[int, typer.Option(min=10, max=20_000_000, help="In all.")] = 1_000,
    join_rate: Annotated[
        float | None, typer.Option(min=1, help="Half of them come at so many a second.")
    ] = None,
    seconds: Annotated[int, typer.Option(min=3, help="Of each part.")] = 10,
) -> None:
    """Rehearse with a synthetic crowd: some sit, as many come at once, all but a few leave.

    Ends in go (exit code 0), no-go (3) or not measured (4). With --simulate nobody comes: it is
    worked out how many edges they would need.
    """
    if told.own["simulate"]:
        return simulate(told, listeners, join_rate or max(1.0, listeners / 60))
    if not hall:
        raise StartRefused("Which town hall?", "Give it an address that no town hall has yet.")
    if listeners > HERE_MAX:
        raise StartRefused(
            f"No machine makes {listeners:,} listeners.", "See what they would need: --simulate."
        )
    asked = _Asked(hall, listeners, join_rate or max(1.0, listeners / 10), seconds)
    client, settings = reach(told.settings()), told.settings()
    _must_be_ours(client, hall)
    here = not settings.client.url
    edges = Edges.of(running(settings.site.data) / "run") if here else Edges({})
    media = find_media(settings.site.media)
    samples, outcome = asyncio.run(_rehearse(asked, client, media, edges))
    rows = table(samples)
    if told.own["html"]:
        told.own["html"].write_text(page(asdict(asked), outcome, rows), encoding="utf-8")
    told.show(_figures(asked, outcome, rows), *_lines(outcome, told.own["html"]))
    sys.exit({"go": 0, "no-go": NO_GO, "not measured": NOT_MEASURED}[outcome.verdict])


@dataclass(frozen=True)
class _Asked:
    hall: str
    listeners: int
    join_rate: float
    seconds: int


def _must_be_ours(client: Client, hall: str) -> None:
    """People would hear the rehearsal of a town hall that is theirs."""
    with suppress(Unwished):
        if client.hall(hall).shown()["title"] != TITLE:
            raise StartRefused(
                f"{hall} is a town hall of its own; people would hear the rehearsal.",
                f"Choose another address, for instance {hall}-rehearsal.",
            )


async def _rehearse(
    asked: _Asked, client: Client, media: str, edges: Edges
) -> tuple[list[Sample], Outcome]:
    wanted = Wanted(asked.hall, TITLE, SEATS)
    evening = await evenings.begin(client.url, lambda: client.token, wanted)
    held = client.hall(evening.hall)
    try:
        speakers = [_speaker(evening, seat.seat) for seat in SEATS]
        async with crowd(media, {"speakers": speakers}) as talking:
            following = asyncio.create_task(_ignore(talking.lines()))
            state = held.state()
            plan = Plan(
                media,
                stream_url(client.url, state["stream"]),
                asked.listeners,
                asked.join_rate,
                asked.seconds,
                state["part_ms"] + state["window_ms"],
                state["buffer_ms"],
            )
            samples: list[Sample] = []

            def tell(sample: Sample) -> None:
                samples.append(sample)
                _progress(sample, samples[-2] if len(samples) > 1 else None)

            measured = await Rehearsal(plan, edges, tell).run()
            talking.stop()
            await following
    finally:
        held.end()
        _progress(None, None)
    return samples, judge(measured)


def _speaker(evening: Evening, seat: str) -> dict[str, Any]:
    token = evening.seats[seat]["pass"]
    return speaker(evening.whip_url(seat), token, VOICES / f"{seat}.opus") | {"loop": True}


async def _ignore(lines: Any) -> None:
    async for _ in lines:
        pass


def _progress(sample: Sample | None, before: Sample | None) -> None:
    """One line that is written over, where somebody looks."""
    if not sys.stderr.isatty():
        return
    print("\r\x1b[K", end="", file=sys.stderr)
    if sample is None:
        return
    said = sample.said
    age = said.age_ms.since(before.said.age_ms).at(0.99) if before else None
    parts = [
        f"{sample.t_s:5.0f} s  {sample.passage}: {said.playing:,} of {said.wanted:,} with sound",
        f"{said.missed:,} missed",
        "" if age is None else f"{age / 1000:.2f} s old",
        "" if sample.busy is None else f"{100 - sample.busy * 100:.0f} % of a core left",
        f"the crowd late by {said.late_ms.at(0.99) or 0:.0f} ms",
    ]
    print(", ".join(filter(None, parts)), end="", file=sys.stderr, flush=True)


def _figures(asked: _Asked, outcome: Outcome, rows: list[dict[str, Any]]) -> dict[str, Any]:
    capacity = outcome.capacity
    return {
        **asdict(asked),
        "verdict": outcome.verdict,
        "capacity": None if capacity is None else capacity.listeners,
        "gives_way_first": None if capacity is None else capacity.what,
        "findings": [asdict(finding) for finding in outcome.findings],
        "limits": [asdict(limit) for limit in outcome.limits],
        "samples": json.loads(json.dumps(rows)),
    }


def _lines(outcome: Outcome, html: Path | None) -> list[str]:
    lines = [f"{f.verdict:>12}  {f.about}: {f.sentence}" for f in outcome.findings]
    seen = [] if html is None else [f"Plots: {html}"]
    return [*lines, "", f"{outcome.verdict.upper():>12}", *seen]
