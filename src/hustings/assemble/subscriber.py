"""A node in Python that reads parts: on the bus, with its last orders, until it is told to stop."""

import asyncio
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, Protocol

from hustings import __version__
from hustings.fleet.bus import PAUSE_MS, NatsBus
from hustings.fleet.nodes import Nats
from hustings.ops.clock import SystemClock
from hustings.ops.entropy import SystemEntropy
from hustings.parts.post import Post, Wanted, Who

BEAT_MS = 1000
BOOT_BYTES = 8


class Order(Protocol):
    @property
    def node(self) -> str: ...

    @property
    def data(self) -> str: ...

    @property
    def nats(self) -> Nats: ...


class Work(Protocol):
    def follow(self, wanted: Sequence[Wanted]) -> None:
        """What the node is to do from now on."""

    def beat(self) -> list[dict[str, Any]]:
        """Once a second; what there is to tell."""

    async def run(self) -> None:
        """Until cancelled."""


async def subscribe(order: Order, role: str, work: Work, until: Coroutine[Any, Any, None]) -> None:
    """Ends with `until`, or with the first that breaks."""
    clock = SystemClock()
    bus = NatsBus(
        order.nats.url, order.nats.token, lambda: clock.sleep_ms(PAUSE_MS), name=order.node
    )
    who = Who(order.node, role, SystemEntropy().draw(BOOT_BYTES).hex(), __version__)
    post = Post(who, Path(order.data), bus)
    await post.begin(work.follow)
    bus.on_connect(post.hello)
    tasks = [
        asyncio.create_task(each)
        for each in (until, bus.run(), work.run(), _beat(clock, work, post))
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for fault in ended:
        if isinstance(fault, Exception):
            raise fault


async def _beat(clock: SystemClock, work: Work, post: Post) -> None:
    while True:
        await clock.sleep_ms(BEAT_MS)
        await post.beat(clock.now_ms(), work.beat())
