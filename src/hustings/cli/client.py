"""Which town hall a command talks to, and with which pass, out of the settings."""

import base64
import json
from pathlib import Path
from typing import Any

from hustings.client import Client
from hustings.config import Settings
from hustings.domain.refusals import StartRefused

DEMO = "demo"


def reach(settings: Settings) -> Client:
    """The one elsewhere that is named, or the one on this machine.

    On this machine the API is the desk itself, which answers though the edge is down.
    """
    told = settings.client
    if told.url:
        return Client(told.url, told.pass_)
    folder = running(settings.site.data)
    at = json.loads((folder / "run" / "server.json").read_text())
    return Client(at["url"], told.pass_ or _owner_pass(folder), api=at["api"])


def claims(token: str) -> dict[str, Any]:
    """What a pass says, unchecked: enough to know which seat it names."""
    try:
        body = token.split(".")[1]
        told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return told if isinstance(told, dict) else {}
    except (IndexError, ValueError):
        return {}


def running(data: Path) -> Path:
    """The data directory in use: the given one, or the demo inside it."""
    for folder in (data, data / DEMO):
        if (folder / "run" / "server.json").exists():
            return folder
    raise StartRefused(
        f"No town hall was ever started from {data}.",
        "Start one with: hustings serve; or name its --data or --url.",
    )


def _owner_pass(folder: Path) -> str:
    try:
        return (folder / "owner.pass").read_text().strip()
    except PermissionError:
        raise StartRefused(
            f"The owner's pass in {folder} is not for this user.",
            "Run this as the user who runs the town hall, or bring a --pass.",
        ) from None
    except FileNotFoundError:
        return ""
