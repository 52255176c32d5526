"""`hustings speak`: a speaker from a file, over WHIP."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated, Any

import typer

from hustings.cli.client import claims, reach
from hustings.cli.common import CLIENT, Told, takes
from hustings.client import Hall, NobodyAnswers
from hustings.client import Refused as Unwished
from hustings.domain.refusals import TABLE, Refused, StartRefused
from hustings.fleet.crowd import Crowd, crowd, speaker
from hustings.fleet.programs import find_media

AGREE = {
    "agree": (
        Annotated[bool, typer.Option("--agree-to-recording", help="Agree to be recorded.")],
        False,
    )
}


@takes(CLIENT, own=AGREE)
def speak(
    told: Told,
    hall: Annotated[str, typer.Argument(help="Address of the hall.")],
    file: Annotated[Path, typer.Option(help="WAV or Ogg Opus.")],
    seat: Annotated[str | None, typer.Option(help="Default: the one in the pass.")] = None,
    seconds: Annotated[float | None, typer.Option(help="Default: the file once.")] = None,
) -> None:
    """Speak in a hall from a file. With --seconds, the file is repeated until then."""
    settings = told.settings()
    client = reach(settings)
    held = client.hall(hall)
    place = seat or claims(client.token).get("seat")
    if not place:
        raise StartRefused("The pass names no seat.", "Say which with --seat, or bring a --pass.")
    if not file.is_file():
        raise StartRefused(f"There is no file {file}.", "Name a WAV or Ogg Opus file.")
    if told.own["agree"]:
        held.consent(place)
    elif _is_barred(held, place):
        raise StartRefused(
            "This town hall is recorded, and nobody agreed to that from this seat.",
            "Agree with --agree-to-recording; until then the room does not hear it.",
        )
    speaking = speaker(f"{client.url}/whip/{hall}/{place}", client.token, file)
    speaking["loop"] = seconds is not None
    order = {"seconds": seconds, "speakers": [speaking]}

    last = asyncio.run(follow(find_media(settings.site.media), order, told, _line))
    _must_have_spoken(last)


def _is_barred(held: Hall, place: str) -> bool:
    """As far as the edge says so; what it does not say is the stage's to decide."""
    try:
        me = held.on_stage()
        return held.state()["recorded"] and (me["seat"], me["consented"]) == (place, False)
    except (NobodyAnswers, Unwished, KeyError):
        return False


def _must_have_spoken(last: dict[str, Any]) -> None:
    """Say what the stage refused, if that is how it ended."""
    refused = next((one.get("refused") for one in last.get("speakers", [])), None)
    if refused in TABLE:
        raise Refused(refused)
    if refused:
        raise StartRefused(str(refused), "See the state of the hall with: hustings hall show")


async def follow(media: str, order: dict[str, Any], told: Told, line_of: Any) -> dict[str, Any]:
    """Run a crowd to its end, or to Ctrl-C; answers its last line."""
    last: dict[str, Any] = {}
    async with crowd(media, order) as running:
        _stop_on_signal(running)
        async for said in running.lines():
            last = said
            told.show(said, line_of(said))
    return last


def _stop_on_signal(running: Crowd) -> None:
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, running.stop)


def _line(said: dict[str, Any]) -> str:
    if not said["speakers"]:
        return f"{said['t_s']:6.1f} s  connecting"
    one = said["speakers"][0]
    state = "heard" if one["heard"] else "connected" if one["connected"] else "not connected"
    return f"{said['t_s']:6.1f} s  {one['seat']}: {state}, round trip {one['rtt_ms']} ms"
