"""`hustings demo`: a whole town hall with a hall already live, on this machine."""

import asyncio
import json
import os
import socket
import sys
import webbrowser
from contextlib import contextmanager, suppress
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import segno
import typer

from hustings import assemble, config
from hustings.fleet.programs import find_media
from hustings.fleet.site import Site
from hustings.rehearse import evening as evenings
from hustings.rehearse.crowd import Crowd, crowd
from hustings.rehearse.evening import Evening, Seat

VOICES = Path(__file__).parents[1] / "voices"
SEATS = [Seat("ana", "Ana Ferreira"), Seat("ben", "Ben Okafor"), Seat("you", "You", "host")]


def demo(
    port: Annotated[int | None, typer.Option(help="Page port; streams take the next.")] = None,
    data: Annotated[Path | None, typer.Option(help="Data directory.")] = None,
    listeners: Annotated[int, typer.Option(min=0, help="Synthetic listeners.")] = 300,
    no_open: Annotated[bool, typer.Option("--no-open", help="Open no browser.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="One line when ready.")] = False,
) -> None:
    """A hall already live: two recorded speakers, a synthetic crowd, links and a QR code."""
    sources = config.Sources.real(port=port, host="0.0.0.0")  # noqa: S104  A phone must reach it.
    settings = config.load(config.Sources(sources.env, {**sources.flags, "data": data or sources.home / "demo"}, sources.home))
    say = (lambda line: print(line, file=sys.stderr, flush=True))
    with assemble.house(Site(settings.site), say) as home:
        show = _Show(home, listeners, json_, no_open or json_)
        asyncio.run(show.run())


class _Show:
    def __init__(self, home: assemble.House, listeners: int, as_json: bool, quiet: bool) -> None:
        self._home, self._listeners = home, listeners
        self._as_json, self._quiet = as_json, quiet
        self._desk_held = False

    async def run(self) -> None:
        house = asyncio.create_task(self._home.shell.run())
        evening = asyncio.create_task(self._evening())
        await asyncio.wait({house, evening}, return_when=asyncio.FIRST_COMPLETED)
        evening.cancel()
        with suppress(asyncio.CancelledError):
            await evening
        self._home.shell.stop()
        await house

    async def _evening(self) -> None:
        site = self._home.site
        owner = site.owner_pass.read_text
        evening = await evenings.begin(site.local, owner, "demo", SEATS)
        with _keys(self._pressed):
            async with crowd(find_media(site.settings.media), self._order(evening)) as running:
                self._welcome(evening)
                await self._watch(running)

    def _order(self, evening: Evening) -> dict[str, Any]:
        def speaker(seat: str) -> dict[str, Any]:
            told = {"whip": evening.whip_url(seat), "pass": evening.seats[seat]["pass"]}
            return told | {"file": str(VOICES / f"{seat}.opus"), "loop": True}

        order: dict[str, Any] = {"speakers": [speaker("ana"), speaker("ben")]}
        if self._listeners:
            order["listeners"] = {"count": self._listeners, "stream": evening.stream_url}
        return order

    def _welcome(self, evening: Evening) -> None:
        studio = evening.seats["you"]["studio_url"]
        if self._as_json:
            print(json.dumps(_links(evening, studio)), flush=True)
            return
        lan = f"http://{_lan_address()}:{_port(evening.page)}/h/{evening.hall}"
        print(f"\nA town hall is live.\n\n  Listen     {evening.listen_url}\n  Host it    {studio}")
        print("             (take the seat “you” there with your own microphone)")
        print(f"  Player     ffplay {evening.stream_url}")
        print(f"  Phone      {lan}  (on the same network)\n")
        segno.make(lan, error="l").terminal(compact=True)
        print("\n  d  stop the desk: keep listening    u  start it again    q  end\n", flush=True)
        if not self._quiet and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            webbrowser.open(evening.listen_url)
            webbrowser.open(studio)

    async def _watch(self, running: Crowd) -> None:
        async for line in running.lines():
            at = line["listeners"]
            if self._as_json or not at or not sys.stdout.isatty():
                continue
            age = (at["age_ms"]["p50"] or 0) / 1000
            desk = "desk stopped: keep listening" if self._desk_held else "desk running"
            told = f"{at['playing']} listening · {at['parts']} parts · {at['missed']} missed"
            print(f"\r\033[K  {told} · {age:.1f} s behind the room · {desk}", end="", flush=True)

    def _pressed(self, key: str) -> None:
        if key == "d" and not self._desk_held:
            self._desk_held = True
            self._home.shell.hold("desk")
        elif key == "u" and self._desk_held:
            self._desk_held = False
            self._home.shell.release("desk")
        elif key == "q":
            self._home.shell.stop()


def _links(evening: Evening, studio: str) -> dict[str, str]:
    return {
        "hall": evening.hall,
        "listen_url": evening.listen_url,
        "studio_url": studio,
        "stream_url": evening.stream_url,
        "api_url": f"{evening.page}/api/v1",
    }


def _port(page: str) -> str:
    return page.rpartition(":")[2]


def _lan_address() -> str:
    """The address of ours that others on the network would use; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


@contextmanager
def _keys(pressed: Callable[[str], None]) -> Iterator[None]:
    """Single keys, where there is somebody to press them."""
    if not sys.stdin.isatty():
        yield
        return
    import termios
    import tty

    loop, fd = asyncio.get_running_loop(), sys.stdin.fileno()
    before = termios.tcgetattr(fd)
    tty.setcbreak(fd)
    loop.add_reader(fd, lambda: pressed(os.read(fd, 1).decode(errors="replace")))
    try:
        yield
    finally:
        loop.remove_reader(fd)
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
