"""`hustings bench fanout`, `join`, `crush`, `brim`, `foretold`, `failover`: what a listener costs,
all at once, far more than can be let in, more than there is memory for, what was foretold, an
edge's death."""

import asyncio
import datetime as dt
import os
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from hustings.assemble.house import House
from hustings.cli.bench.town import (
    free_ports,
    media,
    pid,
    read,
    readable,
    sound_module,
    speaker,
    town_hall,
)
from hustings.cli.common import JSON, Group, Told, takes
from hustings.domain.ids import PART_MS
from hustings.domain.refusals import StartRefused
from hustings.fleet.crowd import beside, crowd
from hustings.fleet.site import CADENCES, SENDINGS
from hustings.ops.clock import SystemClock
from hustings.rehearse.evening import Evening, Seat
from hustings.rehearse.measure import cores
from hustings.rehearse.measure.brim import Brim
from hustings.rehearse.measure.brim import brim as brim_at
from hustings.rehearse.measure.cores import Served
from hustings.rehearse.measure.crush import Crush
from hustings.rehearse.measure.crush import crush as crush_at
from hustings.rehearse.measure.edges import EDGES_MAX, Kind, Place, edges
from hustings.rehearse.measure.failover import die
from hustings.rehearse.measure.fanout import Measure, compare
from hustings.rehearse.measure.foretold import Door, Line, Point, door, errors, line, middle
from hustings.rehearse.measure.joins import Storm, storm

WINDOW_MS = 600
WHOLE_AFTER_MS = PART_MS + WINDOW_MS
"""A part is whole when its last sample is over and the repair window is past."""
EACH = 15_500
"""Listeners of one edge process, which has 20,000 descriptors."""
FORGOTTEN_MS = 6_000
"""After so long edges name one no more that they hear nothing of."""
HISS_S = 20
CLOCK = SystemClock()
EDGE_PORTS, OTHER_PORTS, FLOOR_PORTS = 20_000, 20_400, 20_800

SERVING: Group = {
    "cadence": (Annotated[int, typer.Option(help="Parts to a write: 1, 4 or 20.")], 1),
    "sending": (
        Annotated[str, typer.Option(help="auto (io_uring where granted) or epoll.")],
        "auto",
    ),
    "tls": (
        Annotated[bool, typer.Option("--tls", help="Over TLS, beside a plain edge and floor.")],
        False,
    ),
    "no_floor": (Annotated[bool, typer.Option("--no-floor", help="The edge alone.")], False),
    "desk_dead": (
        Annotated[bool, typer.Option("--desk-dead", help="Desk and bus are killed beforehand.")],
        False,
    ),
}


@dataclass(frozen=True)
class Setting:
    """How it is served, and beside what."""

    kind: Kind
    tls: bool
    floor: bool
    desk_dead: bool
    alone: bool = False
    """No other edge is there to send anybody to."""
    steady: bool = False
    """No voice but a hiss: a stream whose rate is the same all the time."""

    @classmethod
    def told(cls, own: dict[str, Any], count: int = 1) -> "Setting":
        for name, choices in (("cadence", CADENCES), ("sending", SENDINGS)):
            if own[name] not in choices:
                known = ", ".join(map(str, choices))
                raise StartRefused(f"--{name} cannot be {own[name]}.", f"Choose one of {known}.")
        kind = Kind(count, own["cadence"], own["sending"])
        return cls(kind, own["tls"], count == 1 and not own["no_floor"], own["desk_dead"])


@takes(common=JSON, own=SERVING)
def fanout(
    told: Told,
    listeners: Annotated[int, typer.Option(min=1, max=EDGES_MAX * EACH)] = 10_000,
    seconds: Annotated[int, typer.Option(min=5, help="Of each turn.")] = 20,
    rounds: Annotated[int, typer.Option(min=1, help="Turns of each.")] = 5,
    churn: Annotated[int, typer.Option(min=0, help="So many leave and come each minute.")] = 0,
) -> None:
    """Processor time a listener and part, edge and floor in turn, each on a core of its own.

    Where one process is not enough, as many as it takes serve from that core, without the floor.
    """
    setting = Setting.told(told.own, -(-listeners // EACH))
    wanted = Measure(listeners, seconds, rounds, WHOLE_AFTER_MS, churn / 60)
    figures = asyncio.run(_fan_out(wanted, setting))
    told.show(figures | told.own | {"edges": setting.kind.count}, *readable(figures))


@takes(common=JSON, own=SERVING)
def join(
    told: Told,
    joins: Annotated[int, typer.Option(min=1, max=17_000, help="At once.")] = 10_000,
    sitting: Annotated[int, typer.Option(min=1, max=17_000, help="So many sit already.")] = 5_000,
) -> None:
    """All at once at the door: who has sound and when, and what those inside hear of it."""
    figures = asyncio.run(_join(joins, sitting, Setting.told(told.own)))
    told.show(figures | told.own, *readable(figures))


@takes(common=JSON, own=SERVING)
def crush(
    told: Told,
    sitting: Annotated[int, typer.Option(min=1, max=10_000, help="So many sit already.")] = 1_000,
    percent: Annotated[int, typer.Option(min=1, max=100, help="Of a core, for the edge.")] = 20,
    times: Annotated[int, typer.Option(min=1, help="As many as it lets in at its best.")] = 10,
    seconds: Annotated[int, typer.Option(min=5)] = 60,
) -> None:
    """Far more at the door than an edge with a share of a core can let in."""
    setting = replace(Setting.told(told.own), floor=False)
    figures = asyncio.run(_crush(Crush(sitting, percent, times, seconds), setting))
    told.show(figures | told.own, *readable(figures))


@takes(common=JSON, own=SERVING)
def brim(
    told: Told,
    listeners: Annotated[int, typer.Option(min=1, max=17_000, help="So many come.")] = 8_000,
    join_rate: Annotated[float, typer.Option(help="So many of them a second.")] = 2_000,
    memory_mib: Annotated[int, typer.Option(min=4, help="More the edge may not take.")] = 24,
    seconds: Annotated[int, typer.Option(min=5)] = 30,
) -> None:
    """More listeners than there is memory for at an edge that is held to what it has and little
    more."""
    setting = replace(Setting.told(told.own), floor=False)
    figures = asyncio.run(_brim(Brim(listeners, join_rate, memory_mib, seconds), setting))
    told.show(figures | told.own, *readable(figures))


@takes(common=JSON)
def foretold(
    told: Told,
    listeners: Annotated[int, typer.Option(min=100, max=17_000, help="So many come.")] = 5_000,
    uplink_mbit: Annotated[int, typer.Option(min=1, help="What the line carries.")] = 100,
    percent: Annotated[int, typer.Option(min=1, max=100, help="Of a core, for the edge.")] = 20,
    rounds: Annotated[int, typer.Option(min=1, help="The middle one of so many is told.")] = 3,
) -> None:
    """What the simulation foretells, against a real edge: how many had sound how soon."""
    figures = asyncio.run(_foretold(listeners, uplink_mbit, percent, rounds))
    told.show(figures, *readable(figures["error"]))


@takes(common=JSON)
def failover(
    told: Told,
    listeners: Annotated[int, typer.Option(min=1, max=17_000)] = 10_000,
) -> None:
    """An edge with so many listeners is killed beside another: what they miss."""
    figures = asyncio.run(_failover(listeners))
    told.show(figures, *readable(figures))


async def _fan_out(wanted: Measure, setting: Setting) -> dict[str, Any]:
    async with _serving(setting) as (servers, trust):
        return await compare(media(), servers, replace(wanted, trust=trust))


async def _join(joins: int, sitting: int, setting: Setting) -> dict[str, Any]:
    async with _serving(setting) as (servers, trust):
        return await storm(media(), servers, Storm(joins, sitting, WHOLE_AFTER_MS, trust))


async def _crush(wanted: Crush, setting: Setting) -> dict[str, Any]:
    async with _serving(setting) as (servers, trust):
        return await crush_at(media(), servers[0], replace(wanted, trust=trust))


async def _brim(wanted: Brim, setting: Setting) -> dict[str, Any]:
    async with _serving(replace(setting, alone=True)) as (servers, trust):
        return await brim_at(media(), servers[0], replace(wanted, trust=trust))


async def _foretold(listeners: int, mbit: int, percent: int, rounds: int) -> dict[str, Any]:
    thin = Kind(uplink_mbit=mbit)
    # A figure for the line foretells what comes later only where later is as now.
    plain = Setting(thin, tls=False, floor=False, desk_dead=False, alone=True, steady=True)
    sealed = replace(plain, kind=Kind(), tls=True)
    lines, doors = list[list[Point]](), list[list[Point]]()
    for _ in range(rounds):
        # A new edge each time: one that served a crowd waits for those who stood in line there.
        async with _serving(plain) as (servers, _):
            page = f"http://127.0.0.1:{(urlsplit(servers[0].stream).port or 0) + 1}"
            lines.append(await line(media(), servers[0], page, Line(listeners, mbit)))
        async with _serving(sealed) as (servers, trust):
            assert trust
            doors.append(await door(media(), servers[0], Door(listeners, percent, trust)))
    return errors([*middle(lines), *middle(doors)])


async def _failover(count: int) -> dict[str, Any]:
    cores.two_cores()
    async with _voice() as (evening, home):
        like = home.site.run / "edge-1.order.json"
        place = Place(media(), evening.hall, like, free_ports(EDGE_PORTS))
        async with edges(place, Kind()) as dying:
            beside_it = replace(place, port=free_ports(OTHER_PORTS), name="other")
            async with edges(beside_it, Kind()) as other:
                for served in (dying, other):
                    served.keep_to({cores.SERVER})
                return await die(media(), dying, other, count)


@asynccontextmanager
async def _serving(
    setting: Setting,
) -> AsyncIterator[tuple[list[Served], Path | None]]:
    """The edge, and the floor where it is asked for; and what a crowd is to trust."""
    kind = setting.kind
    cores.two_cores()
    async with _voice(steady=setting.steady) as (evening, home), AsyncExitStack() as stack:
        trust = None
        if setting.tls:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hustings-tls-"))
            trust = _certificate(Path(folder) / "both.pem")
        like = home.site.run / "edge-1.order.json"
        place = Place(media(), evening.hall, like, free_ports(EDGE_PORTS))
        servers = [await stack.enter_async_context(edges(place, replace(kind, tls=trust)))]
        if setting.floor and trust:
            beside_it = replace(place, port=free_ports(OTHER_PORTS), name="plain")
            servers.append(await stack.enter_async_context(edges(beside_it, kind)))
        if setting.floor:
            servers.append(await stack.enter_async_context(_floor(evening, home)))
        for served in servers:
            served.keep_to({cores.SERVER})
        dead = ["desk", "nats"] * setting.desk_dead + ["edge-1"] * setting.alone
        for name in dead:
            home.shell.hold(name)
            os.kill(pid(home, name), signal.SIGKILL)
        if setting.alone:
            await CLOCK.sleep_ms(FORGOTTEN_MS)
        yield servers, trust


@asynccontextmanager
async def _voice(*, steady: bool = False) -> AsyncIterator[tuple[Evening, House]]:
    """A hall in which one voice speaks, or what is steadier."""
    sounds = sound_module() if steady else None
    async with town_hall([Seat("voice", "A voice")]) as (evening, home):
        says = speaker(evening, "voice", 0)
        if sounds:
            says["file"] = str(home.site.run / "hiss.wav")
            sounds.write_wav(Path(says["file"]), sounds.hiss(HISS_S))
        talks = {"speakers": [says]}
        async with crowd(media(), talks) as voice:
            talking = asyncio.create_task(read(voice))
            try:
                yield evening, home
            finally:
                voice.stop()
                await talking


@asynccontextmanager
async def _floor(evening: Evening, home: House) -> AsyncIterator[Served]:
    at = f"127.0.0.1:{free_ports(FLOOR_PORTS)}"
    order = {"stream": at, "source": home.site.stage(1), "hall": evening.hall}
    async with beside(media(), "floor", order) as process:
        yield Served("floor", (process,), f"http://{at}/h/{evening.hall}/live.mp4")


def _certificate(path: Path) -> Path:
    try:
        from hustings.ops.certificates import stand_in
    except ModuleNotFoundError as error:
        raise StartRefused(f"TLS needs {error.name}.", "Install hustings whole.") from None
    now = dt.datetime.fromtimestamp(CLOCK.now_ms() / 1000, dt.UTC)
    path.write_text(stand_in("localhost", now))
    return path
