"""`hustings bench stage`: what mixing costs, beside Janus where that is, and how late it is."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import httpx
import typer

from hustings.assemble.house import House
from hustings.cli.bench.town import VOICES, free_ports, media, pid, readable, town_hall
from hustings.cli.common import JSON, Group, Told, takes
from hustings.fleet.site import STAGES
from hustings.ops.clock import SystemClock
from hustings.ops.entropy import SystemEntropy
from hustings.rehearse.evening import Evening, Seat
from hustings.rehearse.measure.mixing import janus, turns, whip
from hustings.rehearse.measure.mixing.speech import Turn, must_sound, share, sounding, speaking

JANUS_PORTS = 20_200
CLOCK = SystemClock()

BESIDE: Group = {
    "listeners": (Annotated[int, typer.Option(min=0, help="An edge sweeps so many meanwhile.")], 0),
    "stop_desk": (
        Annotated[bool, typer.Option("--stop-desk", help="SIGSTOP the desk meanwhile.")],
        False,
    ),
    "stages": (
        Annotated[int, typer.Option(min=1, max=STAGES, help="That each speaker has a line to.")],
        STAGES,
    ),
    "rounds": (
        Annotated[int, typer.Option(min=1, help="Of stage and Janus in turn, where it is there.")],
        3,
    ),
}


@dataclass(frozen=True)
class Wanted:
    speakers: int
    talking: int | None
    seconds: int
    listeners: int
    stop_desk: bool
    stages: int
    rounds: int


@dataclass(frozen=True)
class Mixed:
    """A turn of the stage."""

    turn: Turn
    stats: dict[str, Any]
    missed: int


@dataclass(frozen=True)
class Bench:
    """A town hall, the sound of each speaker, and a folder for what comes back to the last one."""

    wanted: Wanted
    evening: Evening
    home: House
    sounds: list[Path]
    folder: Path

    def order(self, urls: list[str], passes: list[str], stages: int) -> dict[str, Any]:
        speakers: list[dict[str, Any]] = [
            {"whip": url, "pass": token, "file": str(sound), "loop": True, "offset_ms": n * 7}
            | {"stages": stages}
            for n, (url, token, sound) in enumerate(zip(urls, passes, self.sounds, strict=True))
        ]
        speakers[-1]["dump"] = str(self.folder)
        return {"speakers": speakers}


@takes(common=JSON, own=BESIDE)
def stage(
    told: Told,
    speakers: Annotated[int, typer.Option(min=1, max=60)] = 20,
    talking: Annotated[
        int | None, typer.Option(min=1, help="At a time, in turns; without it, all.")
    ] = None,
    seconds: Annotated[int, typer.Option(min=5, help="Of each turn.")] = 20,
) -> None:
    """Processor share per speaker, how late the mix was, and what Janus AudioBridge takes for the
    same speakers."""
    wanted = Wanted(speakers, talking, seconds, **told.own)
    why = _why_not(wanted)
    figures = asyncio.run(_stage(wanted, compared=why is None))
    told.show(figures, *readable(figures))
    if why:
        print(f"janus: not measured; {why}", file=sys.stderr)


def _why_not(wanted: Wanted) -> str | None:
    """Why Janus cannot be held against the stage here."""
    if wanted.listeners or wanted.stop_desk:
        return "it has no listeners and no desk, so that what is beside the stage is not beside it"
    if janus.installed() is None:
        return "it is not installed: apt-get install janus"
    if janus.address() is None:
        return "its media need an address that is not loopback, and this machine has none"
    return None


async def _stage(wanted: Wanted, *, compared: bool) -> dict[str, Any]:
    seats = [Seat(f"s{n}", f"Speaker {n}") for n in range(wanted.speakers)]
    async with AsyncExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="hustings-speakers-")
        folder = Path(stack.enter_context(temporary))
        sounds = _sounds(folder, wanted)
        evening, home = await stack.enter_async_context(town_hall(seats))
        bench = Bench(wanted, evening, home, sounds, folder / "back")
        mixed = [await _mixed(bench)]
        peer: list[Turn] = []
        if compared:
            peer.append(await _peer(bench))
            for number in range(1, wanted.rounds):
                # In turn, and each first as often as the other.
                if number % 2:
                    peer.append(await _peer(bench))
                mixed.append(await _mixed(bench))
                if number % 2 == 0:
                    peer.append(await _peer(bench))
    return _figures(wanted, mixed, peer)


def _sounds(folder: Path, wanted: Wanted) -> list[Path]:
    if wanted.talking is not None:
        return turns.write(folder, wanted.speakers, wanted.talking)
    return [VOICES / ("ana.opus", "ben.opus")[n % 2] for n in range(wanted.speakers)]


async def _mixed(bench: Bench) -> Mixed:
    """The stage's turn."""
    wanted, evening = bench.wanted, bench.evening
    seats = [f"s{n}" for n in range(wanted.speakers)]
    one = "?stage=1" if wanted.stages == 1 else ""
    urls = [f"{evening.whip_url(seat)}{one}" for seat in seats]
    order = bench.order(urls, [evening.seats[seat]["pass"] for seat in seats], wanted.stages)
    if wanted.listeners:
        ears = {"count": wanted.listeners, "stream": evening.stream_url, "ramp_per_s": 1000}
        order["listeners"] = ears
    mixing = pid(bench.home, "stage-1")
    stats = f"http://{bench.home.site.stage(1)}/stats"
    async with speaking(media(), order, "the stage") as speech:
        await CLOCK.sleep_ms(wanted.listeners)
        async with httpx.AsyncClient(trust_env=False) as client:
            with _stopped(pid(bench.home, "desk") if wanted.stop_desk else None):
                await client.delete(stats)
                percent = await share(mixing, wanted.seconds)
                told = (await client.get(stats)).json()
    turn = Turn(percent, sounding(bench.folder), speech.broken)
    if wanted.speakers > 1:
        must_sound(turn, "the stage")
    return Mixed(turn, told, (speech.last.get("listeners") or {}).get("missed", 0))


@contextmanager
def _stopped(process: int | None) -> Iterator[None]:
    if process:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        if process:
            os.kill(process, signal.SIGCONT)


async def _peer(bench: Bench) -> Turn:
    """The turn of Janus, a new one each time, so that it has forgotten what was before."""
    installed, address = janus.installed(), janus.address()
    assert installed is not None and address is not None
    token = SystemEntropy().draw(16).hex()
    count = bench.wanted.speakers
    async with (
        janus.janus(installed, free_ports(JANUS_PORTS)) as running,
        whip.room(running, address, token) as url,
    ):
        order = bench.order([f"{url}/s{n}" for n in range(count)], [token] * count, 1)
        async with speaking(media(), order, "Janus") as speech:
            percent = await share(running.pid, bench.wanted.seconds)
    turn = Turn(percent, sounding(bench.folder), speech.broken)
    if count > 1:
        must_sound(turn, "Janus")
    return turn


def _figures(wanted: Wanted, mixed: list[Mixed], peer: list[Turn]) -> dict[str, Any]:
    percent = median(one.turn.percent for one in mixed)
    ratios = [one.turn.percent / other.percent for one, other in zip(mixed, peer, strict=False)]
    return {
        "speakers": wanted.speakers,
        "talking": wanted.talking or wanted.speakers,
        "stages": wanted.stages,
        "seconds": wanted.seconds,
        "cpu_percent": round(percent, 2),
        "cpu_percent_per_speaker": round(percent / wanted.speakers, 3),
        "janus_cpu_percent_per_speaker": _middle([one.percent / wanted.speakers for one in peer]),
        "ratio_to_janus": _middle(ratios),
        "ratios_to_janus": [round(ratio, 3) for ratio in ratios],
        "sounding": round(min(one.turn.sounding for one in mixed), 3),
        "janus_sounding": min((round(one.sounding, 3) for one in peer), default=None),
        "reconnects": sum(one.turn.reconnects for one in mixed),
        "janus_reconnects": sum(one.reconnects for one in peer),
        "tick_late_ms": _worst([one.stats["tick_late_ms"] for one in mixed]),
        "tick_took_ms": _worst([one.stats["tick_took_ms"] for one in mixed]),
        "listeners_missed": sum(one.missed for one in mixed),
    }


def _middle(figures: list[float]) -> float | None:
    return round(median(figures), 3) if figures else None


def _worst(rounds: list[dict[str, float]]) -> dict[str, float]:
    """Of all rounds."""
    return {name: max(one[name] for one in rounds) for name in ("p50", "p99", "p99.9", "max")}
