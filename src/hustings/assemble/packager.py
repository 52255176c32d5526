"""The packager process: order in, running packager out."""

import asyncio
from pathlib import Path

from hustings import __version__
from hustings.fleet.bus import PAUSE_MS, NatsBus
from hustings.fleet.nodes import PackagerOrder
from hustings.ops import logs
from hustings.ops.clock import SystemClock
from hustings.ops.entropy import SystemEntropy
from hustings.ops.server import serve
from hustings.packager.post import Post
from hustings.packager.serve import build
from hustings.packager.workshop import Workshop

BEAT_MS = 1000
BOOT_BYTES = 8


def run_packager(order: PackagerOrder) -> None:
    """The packager process, until SIGTERM."""
    logs.start()
    asyncio.run(_packager(order))


async def _packager(order: PackagerOrder) -> None:
    clock, (host, _, port) = SystemClock(), order.http.rpartition(":")
    bus = NatsBus(
        order.nats.url, order.nats.token, lambda: clock.sleep_ms(PAUSE_MS), name=order.node
    )
    workshop = Workshop(clock.sleep_ms)
    post = Post(order.node, Path(order.data), bus, SystemEntropy().draw(BOOT_BYTES).hex())
    await post.begin(__version__, workshop.follow)
    bus.on_connect(post.hello)
    background = [
        asyncio.create_task(work)
        for work in (bus.run(), workshop.run(), _beat(clock, workshop, post))
    ]
    serving = asyncio.create_task(serve(build(workshop), host, int(port), grace_s=0))
    try:
        await asyncio.wait([serving, *background], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (serving, *background):
            task.cancel()
        ended = await asyncio.gather(serving, *background, return_exceptions=True)
    for fault in ended:
        if isinstance(fault, Exception):
            raise fault


async def _beat(clock: SystemClock, workshop: Workshop, post: Post) -> None:
    while True:
        await clock.sleep_ms(BEAT_MS)
        await post.beat(clock.now_ms(), workshop.beat())
