"""`hustings listen`: a listener that checks every part, or saves the sound."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from hustings.cli.client import reach
from hustings.cli.common import CLIENT, Told, takes
from hustings.cli.speak import follow
from hustings.fleet.crowd import listeners
from hustings.fleet.programs import find_media
from hustings.shapes import Stream

MISSED = 3
"""Exit code: it listened, and something was missing."""


@takes(CLIENT)
def listen(
    told: Told,
    hall: Annotated[str, typer.Argument(help="Address of the hall.")],
    save: Annotated[Path | None, typer.Option(help="Keep the sound in this MP4 file.")] = None,
    seconds: Annotated[float | None, typer.Option(help="Default: until Ctrl-C.")] = None,
) -> None:
    """Listen to a hall and check every part. Exit code 3 if one was missed."""
    settings = told.settings()
    client = reach(settings)
    stream = stream_url(client.url, client.hall(hall).state()["stream"])
    order = {"seconds": seconds, "listeners": listeners(1, stream, save)}

    last = asyncio.run(follow(find_media(settings.site.media), order, told, _line))
    heard = last.get("listeners") or {}
    if heard.get("missed", 1) or not heard.get("parts"):
        sys.exit(MISSED)


def stream_url(url: str, stream: Stream) -> str:
    """On the page's own host at `port`, unless an origin is named (spec/live.md)."""
    page = urlsplit(url)
    host = f"[{page.hostname}]" if ":" in (page.hostname or "") else page.hostname
    origin = stream["origin"] or f"{page.scheme}://{host}:{stream['port']}"
    return f"{origin}{stream['path']}"


def _line(said: dict[str, Any]) -> str:
    heard = said["listeners"]
    if not heard:
        return f"{said['t_s']:6.1f} s  connecting"
    age_ms = (heard.get("age_ms") or {}).get("p50")
    return (
        f"{said['t_s']:6.1f} s  {heard['parts']} parts, {heard['missed']} missed, {age_ms} ms old"
    )
