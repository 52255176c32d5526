"""Keeps the certificate of a town hall that gets its own, while the town hall runs."""

import asyncio
import datetime as dt
from collections.abc import Callable

from hustings.fleet.site import Site
from hustings.ops.certificates import AcmeOrder, NotGiven, due, obtain, stand_in
from hustings.ops.clock import SystemClock
from hustings.store.keys import write_private

LOOK_EVERY_MS = 6 * 3_600_000
AGAIN_FIRST_MS, AGAIN_LAST_MS = 60_000, 3_600_000
WITHIN = dt.timedelta(minutes=3)


def prepare(site: Site) -> None:
    """Something to open the doors with, before the first real one is here."""
    if site.acme is not None and not site.acme.file.exists():
        write_private(site.acme.file, stand_in(site.acme.host, _now(SystemClock())))


async def keep(site: Site, say: Callable[[str], None]) -> None:
    """Until cancelled; returns at once where certificates are not ours to get."""
    if site.acme is None:
        return
    found, clock, again_ms = site.acme, SystemClock(), AGAIN_FIRST_MS
    order = AcmeOrder(**vars(found), keep=write_private)
    while True:
        wait_ms = LOOK_EVERY_MS
        if due(order.file, order.host, _now(clock)):
            try:
                await asyncio.to_thread(obtain, order, _now(clock) + WITHIN)
                say(f"A certificate for {order.host} is here.")
                again_ms = AGAIN_FIRST_MS
            except NotGiven as reason:
                say(f"No certificate for {order.host}: {reason} Again in {again_ms // 60_000} min.")
                wait_ms, again_ms = again_ms, min(2 * again_ms, AGAIN_LAST_MS)
        await clock.sleep_ms(wait_ms)


def _now(clock: SystemClock) -> dt.datetime:
    return dt.datetime.fromtimestamp(clock.now_ms() / 1000, dt.UTC)
