"""The packager process: order in, running packager out."""

import asyncio

from hustings.assemble.subscriber import subscribe
from hustings.fleet.nodes import PackagerOrder
from hustings.ops import logs
from hustings.ops.clock import SystemClock
from hustings.ops.server import serve
from hustings.packager.serve import build
from hustings.packager.workshop import Workshop


def run_packager(order: PackagerOrder) -> None:
    """The packager process, until SIGTERM."""
    logs.start()
    asyncio.run(_packager(order))


async def _packager(order: PackagerOrder) -> None:
    host, _, port = order.http.rpartition(":")
    workshop = Workshop(SystemClock())
    serving = serve(build(workshop), host, int(port), grace_s=0)
    await subscribe(order, "packager", workshop, serving)
