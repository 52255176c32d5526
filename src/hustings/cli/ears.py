"""`hustings listen` and `hustings speak`: one synthetic ear, one synthetic mouth."""

import asyncio
import base64
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from hustings import config
from hustings.domain.refusals import StartRefused
from hustings.fleet.programs import find_media
from hustings.fleet.site import Site
from hustings.rehearse.crowd import crowd

MISSED = 3

Json = Annotated[bool, typer.Option("--json", help="A line of JSON a second.")]
Url = Annotated[str | None, typer.Option(help="The town hall's address; else this machine's.")]
Data = Annotated[Path | None, typer.Option(help="Its data directory, on this machine.")]


def listen(
    hall: str,
    save: Annotated[Path | None, typer.Option(help="Keep the stream in this file.")] = None,
    seconds: Annotated[float | None, typer.Option(help="Until then; else until Ctrl-C.")] = None,
    url: Url = None,
    data: Data = None,
    json_: Json = False,
) -> None:
    """Listen to HALL and check every part. Exit code 3 if one was missed."""
    settings = config.load(config.Sources.real(data=data, url=url))
    page = page_of(settings)
    stream = _stream(page, hall)
    order = {
        "seconds": seconds,
        "listeners": {"count": 1, "stream": stream, "save": str(save) if save else None},
    }
    last = _run(settings, order, json_, _heard)
    if last["listeners"]["missed"] or not last["listeners"]["parts"]:
        sys.exit(MISSED)


def speak(
    hall: str,
    file: Annotated[Path, typer.Option(help="WAV or Ogg Opus.")],
    pass_: Annotated[str, typer.Option("--pass", help="A pass with a seat.", envvar="HUSTINGS_PASS")],
    loop: Annotated[bool, typer.Option(help="Begin again at the end.")] = False,
    url: Url = None,
    json_: Json = False,
) -> None:
    """Speak from a file, through the same door as any speaker."""
    settings = config.load(config.Sources.real(url=url))
    if not file.is_file():
        raise StartRefused(f"There is no file {file}.", "Say which WAV or Ogg Opus file to speak.")
    told = {
        "whip": f"{page_of(settings)}/whip/{hall}/{_seat(pass_)}",
        "pass": pass_,
        "file": str(file),
        "loop": loop,
    }
    _run(settings, {"seconds": None if loop else _length_s(file), "speakers": [told]}, json_, _said)


def page_of(settings: config.Settings) -> str:
    """Where the town hall is: as told, else the one that runs on this machine."""
    if settings.client.url:
        return settings.client.url.rstrip("/")
    server = Site(settings.site).server
    if not server.exists():
        raise StartRefused(
            f"No town hall runs from {settings.site.data}.",
            "Start one with: hustings serve; or say where it is with --url.",
        )
    url: str = json.loads(server.read_text())["url"]
    return url


def _stream(page: str, hall: str) -> str:
    try:
        answer = httpx.get(f"{page}/h/{hall}/state.json", timeout=10)
    except httpx.TransportError:
        raise StartRefused(f"Nobody answers at {page}.", "Start the town hall first.") from None
    told: dict[str, Any] = answer.json()
    if answer.is_error:
        raise StartRefused(told.get("title", "Refused."), told.get("next", ""))
    at = told["stream"]
    origin = at["origin"] or f"http://{httpx.URL(page).host}:{at['port']}"
    return f"{origin}{at['path']}"


def _seat(token: str) -> str:
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return str(claims["seat"])
    except (IndexError, KeyError, ValueError):
        raise StartRefused(
            "This pass names no seat to speak from.", "Use the pass that was made with the seat."
        ) from None


def _length_s(file: Path) -> float | None:
    import wave

    try:
        with wave.open(str(file)) as sound:
            return sound.getnframes() / sound.getframerate() + 2
    except (wave.Error, EOFError):
        return None


def _run(settings: config.Settings, order: dict[str, Any], as_json: bool, show: Any) -> dict[str, Any]:
    try:
        return asyncio.run(_follow(find_media(settings.site.media), order, as_json, show))
    except KeyboardInterrupt:
        sys.exit(0)


async def _follow(media: str, order: dict[str, Any], as_json: bool, show: Any) -> dict[str, Any]:
    async with crowd(media, order) as running:
        async for line in running.lines():
            print(json.dumps(line) if as_json else show(line), flush=True)
    if not running.last:
        raise StartRefused("The crowd could not start.", "See the line above.")
    return running.last


def _heard(line: dict[str, Any]) -> str:
    at = line["listeners"] or {}
    return (
        f"{line['t_s']:7.1f} s  parts {at.get('parts', 0)}  missed {at.get('missed', 0)}  "
        f"reconnects {at.get('reconnects', 0)}  age {(at.get('age_ms') or {}).get('p50') or 0:.0f} ms"
    )


def _said(line: dict[str, Any]) -> str:
    at = (line["speakers"] or [None])[0] or {}
    if at.get("refused"):
        return f"{line['t_s']:7.1f} s  refused: {at['refused']}"
    truth = "the room hears you" if at.get("heard") else "the room does not hear you"
    return f"{line['t_s']:7.1f} s  {'connected' if at.get('connected') else 'connecting'}  {truth}"
