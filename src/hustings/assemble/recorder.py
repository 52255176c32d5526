"""The recorder process: order in, running recorder out."""

import asyncio
import os
import signal
from pathlib import Path

from hustings.assemble.subscriber import subscribe
from hustings.fleet.nodes import RecorderOrder
from hustings.ops import logs
from hustings.ops.clock import SystemClock
from hustings.recorder.archive import Archive, Place

NICE = 10
"""To write what comes takes next to nothing; to make the files at the end may take its time."""


def run_recorder(order: RecorderOrder) -> None:
    """The recorder process, until SIGTERM."""
    logs.start()
    os.nice(NICE)
    asyncio.run(_recorder(order))


async def _recorder(order: RecorderOrder) -> None:
    place = Place(Path(order.recordings), order.streams)
    await subscribe(order, "recorder", Archive(place, SystemClock()), _told_to_stop())


async def _told_to_stop() -> None:
    told = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, told.set)
    await told.wait()
