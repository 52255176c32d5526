"""`hustings serve`: a whole town hall on this machine, until it is told to stop."""

import asyncio
import datetime as dt
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from hustings.assemble.house import House, house
from hustings.cli.client import reach
from hustings.cli.common import SITE, Told, takes
from hustings.client import Client
from hustings.config import ClientSettings, Settings, notify_socket
from hustings.fleet.site import Site
from hustings.ops.clock import SystemClock
from hustings.ops.doctor import certificate
from hustings.ops.notify import notify

POLL_MS = 50
ON_AIR = ("live", "paused", "doors")


@takes(SITE)
def serve(told: Told) -> None:
    """Run a whole town hall on this machine."""
    site = Site(told.settings().site)

    async def announce(house: House) -> None:
        await until_ready(site)
        ready = await asyncio.to_thread(_ready, site, house)
        told.show(ready, *_lines(ready, house))
        notify(notify_socket(), "READY=1")
        if site.acme is not None:
            from hustings.assemble.certificate import keep

            await keep(site, say)

    asyncio.run(keep_open(site, announce))


async def keep_open(site: Site, alongside: Callable[[House], Awaitable[None]]) -> None:
    """Run the house, and `alongside` within it, until the house is stopped."""
    with house(site, say) as opened:
        beside = asyncio.ensure_future(alongside(opened))
        # A fault beside the house ends the house, and is told once all is down.
        beside.add_done_callback(lambda task: opened.shell.stop() if _failed(task) else None)
        try:
            await opened.shell.run()
        finally:
            notify(notify_socket(), "STOPPING=1")
            beside.cancel()
            await asyncio.gather(beside, return_exceptions=True)
        if _failed(beside):
            beside.result()


async def until_ready(site: Site) -> None:
    """Until the edge passes on that the desk is ready."""
    clock = SystemClock()
    # Over loopback, whatever name the certificate is for.
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        while True:
            try:
                if (await http.get(f"{site.local}/readyz", timeout=2)).is_success:
                    return
            except httpx.HTTPError:
                pass
            await clock.sleep_ms(POLL_MS)


def client(site: Site) -> Client:
    return reach(Settings(site.settings, ClientSettings()))


def addresses(site: Site, hall: str | None) -> dict[str, Any]:
    path = "" if hall is None else f"/h/{hall}"
    return {
        "hall": hall,
        "listen_url": f"{site.public}{path or '/'}",
        "studio_url": f"{site.public}/studio" + ("" if hall is None else f"/{hall}"),
        "stream_url": site.stream_seen + (f"{path}/live.mp4" if hall else ""),
        "api_url": f"{site.public}/api/v1",
    }


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _ready(site: Site, house: House) -> dict[str, Any]:
    with client(site) as desk:
        live = [h["hall"] for h in desk.halls() if h["state"] in ON_AIR]
        told = addresses(site, live[0] if len(live) == 1 else None)
        if house.first_start:
            told["studio_url"] = desk.owner_link()
    return told


def _lines(ready: dict[str, Any], house: House) -> list[str]:
    lines = [f"Town hall open at {house.site.public}"]
    if house.first_start:
        lines += ["", "Owner's link, good once, for 24 hours:", f"  {ready['studio_url']}", ""]
    return [
        *lines,
        *_certificate_lines(house.site),
        "Create a hall with: hustings hall create",
        "Stop with Ctrl-C.",
    ]


def _certificate_lines(site: Site) -> list[str]:
    """What people's browsers will say against a certificate of the operator's, if anything."""
    if site.settings.cert is None:
        return []
    now = dt.datetime.fromtimestamp(SystemClock().now_ms() / 1000, dt.UTC)
    found = certificate(site.settings.cert, site.public, now)
    told = f"The certificate: {found.sentence} {found.mend}".rstrip()
    return [] if found.standing == "good" else [told, ""]


def _failed(task: "asyncio.Future[None]") -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None
