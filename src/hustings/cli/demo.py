"""`hustings demo`: the same town hall with a hall already live, two speakers, a crowd, links."""

import asyncio
import json
import socket
import sys
import webbrowser
from io import StringIO
from pathlib import Path
from typing import Annotated, Any

import segno
import typer

from hustings.assemble.house import House
from hustings.cli.client import DEMO
from hustings.cli.common import SITE, Told, takes
from hustings.cli.machine.serve import addresses, keep_open, say
from hustings.config import Sources, has_screen
from hustings.fleet.crowd import CrowdFault, crowd, listeners, speaker
from hustings.fleet.nodes import write
from hustings.fleet.programs import find_media
from hustings.fleet.site import Site
from hustings.ops.clock import SystemClock
from hustings.ops.terminal import keys
from hustings.rehearse import evening as evenings
from hustings.rehearse.evening import Evening, Seat, Wanted

VOICES = Path(__file__).parents[1] / "voices"
SEATS = (
    Seat("ana", "Ana Ferreira"),
    Seat("ben", "Ben Okafor"),
    Seat("you", "You", "host"),
)
RECORDED = ("ana", "ben")
LISTENERS = 300
CROWD_AGAIN_MS = 1000
_KEYS = (
    "d  stop the desk: keep listening",
    "u  start the desk again",
    "q  end (or Ctrl-C)",
)


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
    site = show.site
    evening = await evenings.begin(site.local, site.owner_pass.read_text, _wanted(site))
    passes = {seat: given["pass"] for seat, given in evening.seats.items()}
    write(_kept(site), json.dumps(passes))
    going = asyncio.ensure_future(_keep_crowd(show, evening))
    try:
        told = addresses(site, evening.hall)
        told["studio_url"] += f"?pass={passes['you']}"
        show.told.show(told, *_lines(told, site))
        if has_screen() and not no_open:
            for url in (told["listen_url"], told["studio_url"]):
                await asyncio.to_thread(webbrowser.open, url)
        with keys(show.key):
            await going
    finally:
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)


def _wanted(site: Site) -> Wanted:
    path = _kept(site)
    kept = json.loads(path.read_text()) if path.exists() else {}
    return Wanted(DEMO, "Demo town hall", SEATS, kept)


def _kept(site: Site) -> Path:
    return site.run / "demo.json"


async def _keep_crowd(show: _Show, evening: Evening) -> None:
    """Speakers and listeners, again and again until the demo ends."""
    clock = SystemClock()
    voices = [
        speaker(evening.whip_url(seat), evening.seats[seat]["pass"], VOICES / f"{seat}.opus")
        for seat in RECORDED
    ]
    order = {
        "seconds": None,
        "speakers": [{**voice, "loop": True} for voice in voices],
        "listeners": listeners(show.count, evening.stream_url),
    }
    while True:
        try:
            async with crowd(find_media(show.site.settings.media), order) as running:
                async for said in running.lines():
                    _status(show, said)
        except CrowdFault as fault:
            say(f"The crowd broke and comes again: {fault}")
        await clock.sleep_ms(CROWD_AGAIN_MS)


def _lines(told: dict[str, Any], site: Site) -> list[str]:
    lines = [
        "",
        "On air.",
        "",
        f"  Listen:  {told['listen_url']}",
        "  Take the host's seat and speak, with your own microphone:",
        f"  {told['studio_url']}",
        "",
    ]
    address = _lan_address()
    if address and site.settings.host == "0.0.0.0":
        url = f"http://{address}:{site.settings.port}/h/{told['hall']}"
        lines += [f"  On a phone in this network:  {url}", _qr(url)]
    return [*lines, "", *_KEYS, ""]


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
