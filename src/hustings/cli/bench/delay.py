"""`hustings bench delay`: how long from mouth to ear."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from hustings.cli.bench.town import media, read, readable, sound_module, town_hall
from hustings.cli.common import JSON, Told, takes
from hustings.fleet.crowd import crowd
from hustings.ops.clock import SystemClock
from hustings.rehearse.evening import Evening, Seat

JOINS = 8
CLOCK = SystemClock()


@takes(common=JSON)
def delay(
    told: Told,
    seconds: Annotated[int, typer.Option(min=20)] = 60,
) -> None:
    """Mouth to ear, by chirps: the return, the stream as it arrives and as a page plays it."""
    figures = asyncio.run(_delay(seconds))
    told.show(figures, *readable(figures))


async def _delay(seconds: int) -> dict[str, Any]:
    chirps = sound_module()
    with tempfile.TemporaryDirectory(prefix="hustings-chirps-") as name:
        folder = Path(name)
        sound, frames = chirps.train(seconds)
        chirps.write_wav(folder / "chirps.wav", sound)
        chirps.write_wav(folder / "room.wav", chirps.pack_silence(seconds))
        async with town_hall([Seat("mouth", "Mouth"), Seat("ear", "Ear")]) as (evening, _):
            await _run(_chirp_order(evening, folder, seconds))
            behind = [await _join(evening, folder, n) for n in range(JOINS)]
        sent = chirps.Sent.read(folder / "mouth").of_chirps(frames)
        heard = chirps.Listened.read(folder / "live.mp4", folder / "parts.tsv")
        at = heard.chirps_at()
        played = [ms for lag in behind for ms in chirps.played_delays_ms(sent, at, lag)]
        return {
            "return_ms": chirps.percentiles(chirps.return_delays_ms(folder / "ear", sent)),
            "stream_arrival_ms": chirps.percentiles(heard.arrival_delays_ms(sent)),
            "stream_played_ms": chirps.percentiles(played),
        }


def _chirp_order(evening: Evening, folder: Path, seconds: int) -> dict[str, Any]:
    def speaker(seat: str, file: str) -> dict[str, Any]:
        told = {"whip": evening.whip_url(seat), "pass": evening.seats[seat]["pass"]}
        return told | {"file": str(folder / file), "dump": str(folder / seat)}

    return {
        "seconds": seconds + 3,
        "speakers": [speaker("mouth", "chirps.wav"), speaker("ear", "room.wav")],
        "listeners": _one_listener(evening, folder / "live.mp4", folder / "parts.tsv"),
    }


def _one_listener(evening: Evening, save: Path, parts: Path) -> dict[str, Any]:
    return {"count": 1, "stream": evening.stream_url, "save": str(save), "dump": str(parts)}


async def _join(evening: Evening, folder: Path, n: int) -> int:
    """How far behind now a page plays that joins at this moment."""
    await CLOCK.sleep_ms(31 * n)
    chirps = sound_module()
    save, parts = folder / "join.mp4", folder / "join.tsv"
    await _run({"seconds": 1.0, "listeners": _one_listener(evening, save, parts)})
    begun: int = chirps.Listened.read(save, parts).head_start()
    return begun


async def _run(order: dict[str, Any]) -> None:
    async with crowd(media(), order) as running:
        await read(running)
