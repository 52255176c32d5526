"""`hustings demo`: the same town hall with a hall already live, two speakers, a crowd, links."""

import asyncio
import json
import socket
import sys
import webbrowser
from io import StringIO
from pathlib import Path
from typing import Annotated, Any

import httpx
import segno
import typer

from hustings.assemble.house import House
from hustings.cli.client import DEMO, Client, Unwished, claims
from hustings.cli.common import SITE, Told, takes
from hustings.cli.serve import POLL_MS, addresses, client, keep_open, say, until_ready
from hustings.config import Sources, has_screen
from hustings.fleet.crowd import CrowdFault, crowd, listeners, speaker
from hustings.fleet.nodes import write
from hustings.fleet.programs import find_media
from hustings.fleet.site import Site
from hustings.ops.clock import SystemClock
from hustings.ops.terminal import keys

VOICES = Path(__file__).parents[1] / "voices"
SEATS = {
    "ana": ("Ana Ferreira", "speaker"),
    "ben": ("Ben Okafor", "speaker"),
    "you": ("You", "host"),
}
RECORDED = ("ana", "ben")
LISTENERS = 300
CROWD_AGAIN_MS = 1000


@takes(SITE)
def demo(
    told: Told,
    listeners: Annotated[int, typer.Option(help="How many synthetic listeners.")] = LISTENERS,
    no_open: Annotated[bool, typer.Option("--no-open", help="Open no browser.")] = False,
) -> None:
    """Run a town hall that is already live, with recorded speakers and a synthetic crowd."""
    home = Sources.real().home / DEMO
    site = Site(told.settings(data=home, host="0.0.0.0").site)

    async def show(house: House) -> None:
        await _show(_Show(site, house, told, listeners), no_open=no_open)

    asyncio.run(keep_open(site, show))


class _Show:
    def __init__(self, site: Site, house: House, told: Told, count: int) -> None:
        self.site, self.house, self.told, self.count = site, house, told, count
        self.note = ""

    def key(self, key: str) -> None:
        match key:
            case "d":
                self.house.shell.hold("desk")
                self.note = "desk stopped: keep listening"
            case "u":
                self.house.shell.release("desk")
                self.note = "desk started"
            case "q":
                self.house.shell.stop()


async def _show(show: _Show, *, no_open: bool) -> None:
    await until_ready(show.site)
    hall, passes = await asyncio.to_thread(_set_up, client(show.site), show.site)
    going = asyncio.ensure_future(_keep_crowd(show, hall, passes))
    try:
        await _until_parts_flow(show.site, hall)
        told = addresses(show.site, hall)
        told["studio_url"] += f"?pass={passes['you']}"
        show.told.show(told, *_lines(told, show.site))
        if has_screen() and not no_open:
            for url in (told["listen_url"], told["studio_url"]):
                await asyncio.to_thread(webbrowser.open, url)
        with keys(show.key):
            await going
    finally:
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)


def _set_up(desk: Client, site: Site) -> tuple[str, dict[str, str]]:
    """The hall of the demo, live, with its three seats; answers it and their passes."""
    hall = _hall(desk)
    known = desk.call("GET", f"/halls/{hall}")
    path = site.run / "demo.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    passes = {seat: _pass(desk, known, seat, kept.get(seat, "")) for seat in SEATS}
    write(path, json.dumps(passes))
    if known["state"] != "live":
        desk.call("POST", f"/halls/{hall}/{'resume' if known['state'] == 'paused' else 'open'}")
    return hall, passes


def _hall(desk: Client) -> str:
    """`demo`, or the next one after those that were ended."""
    states = {hall["hall"]: hall["state"] for hall in desk.call("GET", "/halls")["halls"]}
    names = (DEMO if n == 1 else f"{DEMO}-{n}" for n in range(1, len(states) + 2))
    hall = next(name for name in names if states.get(name) != "ended")
    if hall not in states:
        desk.call("POST", "/halls", {"hall": hall, "title": "Demo town hall"})
    return hall


def _pass(desk: Client, hall: dict[str, Any], seat: str, kept: str) -> str:
    """A pass to `seat` that is good: the one kept from an earlier start, or a new one."""
    taken = seat in {one["seat"] for one in hall["seats"]}
    if taken and claims(kept).get("hall") == hall["hall"]:
        try:
            Client(desk.url, desk.api, kept).call("GET", f"/me?hall={hall['hall']}")
            return kept
        except Unwished:
            pass
    if taken:
        desk.call("DELETE", f"/halls/{hall['hall']}/seats/{seat}")
    name, role = SEATS[seat]
    body = {"seat": seat, "name": name, "role": role}
    given: str = desk.call("POST", f"/halls/{hall['hall']}/seats", body)["pass"]
    return given


async def _keep_crowd(show: _Show, hall: str, passes: dict[str, str]) -> None:
    """Speakers and listeners, again and again until the demo ends."""
    clock, site = SystemClock(), show.site
    voices = [
        speaker(f"{site.local}/whip/{hall}/{seat}", passes[seat], VOICES / f"{seat}.opus")
        for seat in RECORDED
    ]
    order = {
        "seconds": None,
        "speakers": [{**voice, "loop": True} for voice in voices],
        "listeners": listeners(show.count, f"{site.stream}/h/{hall}/live.mp4"),
    }
    while True:
        try:
            async with crowd(find_media(site.settings.media), order) as running:
                async for said in running.lines():
                    _status(show, said)
        except CrowdFault as fault:
            say(f"The crowd broke and comes again: {fault}")
        await clock.sleep_ms(CROWD_AGAIN_MS)


async def _until_parts_flow(site: Site, hall: str) -> None:
    clock, first = SystemClock(), None
    async with httpx.AsyncClient(trust_env=False) as http:
        while True:
            try:
                state = (await http.get(f"{site.local}/h/{hall}/state.json", timeout=2)).json()
                newest = state.get("newest_part") if state.get("state") == "live" else None
            except (httpx.HTTPError, ValueError):
                newest = None
            if newest is not None and first is not None and newest > first:
                return
            first = newest if first is None else first
            await clock.sleep_ms(POLL_MS)


def _lines(told: dict[str, Any], site: Site) -> list[str]:
    lines = ["", "On air.", f"  Listen:  {told['listen_url']}", f"  Studio:  {told['studio_url']}"]
    address = _lan_address()
    if address and site.settings.host == "0.0.0.0":
        url = f"http://{address}:{site.settings.port}/h/{told['hall']}"
        lines += [f"  On a phone in this network:  {url}", _qr(url)]
    return [*lines, "", "d stops the desk, u starts it again, q ends.", ""]


def _qr(url: str) -> str:
    out = StringIO()
    segno.make(url, error="l").terminal(out, compact=True)
    return out.getvalue()


def _lan_address() -> str | None:
    """How others in this network reach us. Sends nothing: connecting UDP only picks a route."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if address.startswith("127.") else address


def _status(show: _Show, said: dict[str, Any]) -> None:
    heard = said.get("listeners")
    if show.told.as_json or not heard or not sys.stdout.isatty():
        return
    age_ms = (heard.get("age_ms") or {}).get("p50")
    line = f"{heard['playing']} listening, {heard['parts']} parts, {heard['missed']} missed"
    print(f"\r\x1b[K{line}, {age_ms} ms old  {show.note}", end="", flush=True)
