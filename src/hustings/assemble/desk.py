"""The desk process: order in, running desk out. Opened last is closed first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from hustings.api.app import build
from hustings.api.context import Context
from hustings.desk import timers
from hustings.desk.desk import Desk
from hustings.desk.invitations import owner_pass
from hustings.desk.ports import Keys, Ports
from hustings.desk.stagehand import Place, Stagehand
from hustings.desk.watch import Watch
from hustings.domain.refusals import StartRefused
from hustings.fleet.bus import PAUSE_MS, NatsBus
from hustings.fleet.lock import Lock
from hustings.fleet.nodes import DeskOrder
from hustings.ops import logs
from hustings.ops.clock import SystemClock
from hustings.ops.entropy import SystemEntropy
from hustings.ops.figures import Figures
from hustings.ops.server import serve
from hustings.store.keys import load_or_make, write_private
from hustings.store.schema import TooNew
from hustings.store.sounds import SoundFolder
from hustings.store.sqlite import SqliteStore


def run_desk(order: DeskOrder) -> None:
    """The desk process, until SIGTERM."""
    logs.start()
    asyncio.run(_desk(order))


async def _desk(order: DeskOrder) -> None:
    async with _opened(order) as (context, stagehand, bus):
        app, (host, _, port) = build(context), order.http.rpartition(":")
        background = [
            asyncio.create_task(bus.run()),
            asyncio.create_task(timers.run(context.desk, stagehand)),
        ]
        try:
            await serve(app, host, int(port))
        finally:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)


@asynccontextmanager
async def _opened(order: DeskOrder) -> AsyncIterator[tuple[Context, Stagehand, NatsBus]]:
    data, clock, entropy = Path(order.data), SystemClock(), SystemEntropy()
    async with AsyncExitStack() as stack:
        lock = Lock(data / "run" / "desk.lock", "A desk runs from {folder} already")
        stack.callback(lock.close)
        store = await _store(data / "log.db")
        stack.push_async_callback(store.close)
        keys = Keys(
            passes=load_or_make(data / "keys" / "passes.key", entropy.draw),
            log=load_or_make(data / "keys" / "log.key", entropy.draw),
        )
        bus = NatsBus(order.nats.url, order.nats.token, lambda: clock.sleep_ms(PAUSE_MS))
        watch = Watch()
        place = Place(order.http, order.stages, order.packagers, order.nodes)
        stagehand = Stagehand(bus, watch, place)
        figures = Figures()
        desk = Desk(Ports(clock, entropy, store, keys), figures.noting(stagehand.changed))
        await desk.load()
        await stagehand.begin(desk)
        bus.on_connect(stagehand.tell_all)
        figures.look_at(desk, stagehand, bus)
        write_private(data / "owner.pass", owner_pass(desk).token + "\n")
        links, sounds = store.owner_links, SoundFolder(data / "sounds")
        context = Context(desk, watch, links, figures, order.public, bus.connected, sounds)
        yield context, stagehand, bus


async def _store(path: Path) -> SqliteStore:
    try:
        return await SqliteStore.open(path)
    except TooNew as error:
        raise StartRefused(
            f"The log {path} was written by a later version: {error}.",
            "Install that version again; nothing was changed.",
        ) from None
