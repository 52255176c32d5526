"""`hustings bench …`: DESIGN.md section 10. Prints figures, judges nothing."""

import asyncio
import json
import os
import signal
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import httpx
import typer

from hustings import config
from hustings.assemble.house import House, house
from hustings.domain.refusals import StartRefused
from hustings.fleet.crowd import Crowd, crowd
from hustings.fleet.programs import find_media
from hustings.fleet.site import Site
from hustings.ops.clock import SystemClock
from hustings.rehearse import cores
from hustings.rehearse import evening as evenings
from hustings.rehearse import fanout as fanouts
from hustings.rehearse import joins as joining
from hustings.rehearse.evening import Evening, Seat, Wanted

app = typer.Typer(help="Measurements.", no_args_is_help=True)
SETTLE_S = 4
VOICES = Path(__file__).parents[1] / "voices"
JOINS = 8
CLOCK = SystemClock()

Json = Annotated[bool, typer.Option("--json", help="One line of JSON.")]


@asynccontextmanager
async def town_hall(seats: list[Seat]) -> AsyncIterator[tuple[Evening, House]]:
    """A town hall of its own, on free ports, in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="hustings-bench-") as folder:
        settings = config.load(config.Sources.real(data=folder, port=_free_ports()))
        with house(Site(settings.site), lambda _line: None) as home:
            running = asyncio.create_task(home.shell.run())
            try:
                owner = home.site.owner_pass.read_text
                wanted = Wanted("bench", "A measurement", seats)
                yield await evenings.begin(home.site.local, owner, wanted), home
            finally:
                home.shell.stop()
                with suppress(asyncio.CancelledError):
                    await running


def _free_ports() -> int:
    for port in range(21_000, 32_000, 10):
        with suppress(OSError):
            for offset in range(9):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port + offset))
            return port
    raise RuntimeError("no nine free ports in a row")


def _media() -> str:
    return find_media(config.load(config.Sources.real()).site.media)


@app.command()
def stage(
    speakers: Annotated[int, typer.Option(min=1, max=60)] = 20,
    seconds: Annotated[int, typer.Option(min=5)] = 20,
    listeners: Annotated[int, typer.Option(help="An edge sweeps so many meanwhile.")] = 0,
    stop_desk: Annotated[bool, typer.Option(help="SIGSTOP the desk meanwhile.")] = False,
    json_: Json = False,
) -> None:
    """Processor share per speaker, and how late the mix was."""
    figures = asyncio.run(_stage(speakers, seconds, listeners, stop_desk))
    print(json.dumps(figures) if json_ else _readable(figures))


async def _stage(speakers: int, seconds: int, listeners: int, stop_desk: bool) -> dict[str, Any]:
    seats = [Seat(f"s{n}", f"Speaker {n}") for n in range(speakers)]
    async with town_hall(seats) as (evening, home):
        talking = [_speaker(evening, seat.seat, n) for n, seat in enumerate(seats)]
        order: dict[str, Any] = {"speakers": talking}
        if listeners:
            ears = {"count": listeners, "stream": evening.stream_url, "ramp_per_s": 1000}
            order["listeners"] = ears
        async with crowd(_media(), order) as running:
            reading = asyncio.create_task(_read(running))
            await CLOCK.sleep_ms(SETTLE_S * 1000 + listeners)
            desk = _pid(home, "desk") if stop_desk else None
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


async def _read(running: Crowd) -> dict[str, Any]:
    """Its last line."""
    last: dict[str, Any] = {}
    async for line in running.lines():
        last = line
    return last


def _pid(home: House, name: str) -> int:
    pid: int = json.loads((home.site.run / f"{name}.json").read_text())["pid"]
    return pid


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


def _speaker(evening: Evening, seat: str, n: int) -> dict[str, Any]:
    return {
        "whip": evening.whip_url(seat),
        "pass": evening.seats[seat]["pass"],
        "file": str(VOICES / ("ana.opus", "ben.opus")[n % 2]),
        "loop": True,
        "offset_ms": n * 7,
    }


@app.command()
def delay(
    seconds: Annotated[int, typer.Option(min=20)] = 60,
    json_: Json = False,
) -> None:
    """Mouth to ear, by chirps: the return, the stream as it arrives and as a page plays it."""
    figures = asyncio.run(_delay(seconds))
    print(json.dumps(figures) if json_ else _readable(figures))


def _chirps() -> ModuleType:
    """Loaded where it is used: whoever hosts needs no arithmetic on sound."""
    try:
        from hustings.rehearse import chirps
    except ModuleNotFoundError as error:
        raise StartRefused(
            f"This measurement needs {error.name}.", "Install it: pip install 'hustings[bench]'"
        ) from None
    return chirps


async def _delay(seconds: int) -> dict[str, Any]:
    chirps = _chirps()
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
    chirps = _chirps()
    save, parts = folder / "join.mp4", folder / "join.tsv"
    await _run({"seconds": 1.0, "listeners": _one_listener(evening, save, parts)})
    begun: int = chirps.Listened.read(save, parts).head_start()
    return begun


async def _run(order: dict[str, Any]) -> None:
    async with crowd(_media(), order) as running:
        await _read(running)


@app.command()
def fanout(
    listeners: Annotated[int, typer.Option(min=1, max=18_000)] = 10_000,
    seconds: Annotated[int, typer.Option(min=5, help="Of each turn.")] = 20,
    rounds: Annotated[int, typer.Option(min=1, help="Turns of each.")] = 5,
    json_: Json = False,
) -> None:
    """Processor time a listener and part, edge and floor in turn, each on a core of its own."""
    figures = asyncio.run(_fanout(listeners, seconds, rounds))
    print(json.dumps(figures) if json_ else _readable(figures))


@app.command()
def join(
    joins: Annotated[int, typer.Option(min=1, max=18_000, help="At once.")] = 10_000,
    sitting: Annotated[int, typer.Option(min=1, max=18_000, help="So many sit already.")] = 5_000,
    json_: Json = False,
) -> None:
    """All at once at the door: who has sound and when, and what those inside hear of it."""
    figures = asyncio.run(_join_at_once(joins, sitting))
    print(json.dumps(figures) if json_ else _readable(figures))


async def _fanout(listeners: int, seconds: int, rounds: int) -> dict[str, Any]:
    async with _edge_and_floor() as pair:
        return await fanouts.compare(pair, listeners, seconds, rounds)


async def _join_at_once(joins: int, sitting: int) -> dict[str, Any]:
    async with _edge_and_floor() as pair:
        return await joining.storm(pair, joins, sitting)


@asynccontextmanager
async def _edge_and_floor() -> AsyncIterator[cores.Pair]:
    """A hall in which one voice speaks, heard at the edge and at the floor."""
    cores.two_cores()
    async with town_hall([Seat("voice", "A voice")]) as (evening, home):
        stage, port = home.site.stage(1), _free_ports()
        async with (
            crowd(_media(), {"speakers": [_speaker(evening, "voice", 0)]}) as voice,
            cores.floor(_media(), port, stage, evening.hall) as floor,
        ):
            talking = asyncio.create_task(_read(voice))
            try:
                edge = cores.Served("edge", _pid(home, "edge-1"), evening.stream_url)
                yield cores.Pair(_media(), edge, floor)
            finally:
                voice.stop()
                await talking


def _readable(figures: dict[str, Any]) -> str:
    return "\n".join(f"{name:>24}  {value}" for name, value in figures.items())
