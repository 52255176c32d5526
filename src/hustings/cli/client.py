"""Talks to a running town hall: the one on this machine, or one elsewhere by its address."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from hustings.config import Settings
from hustings.domain.refusals import StartRefused

TIMEOUT_S = 10
DEMO = "demo"


class Unwished(Exception):
    """The town hall said no: the problem it sent."""

    def __init__(self, problem: dict[str, Any]) -> None:
        self.problem = problem
        super().__init__(problem.get("code"))


@dataclass(frozen=True)
class Client:
    url: str
    """Where its pages are."""
    api: str
    """Where its API is: on this machine the desk itself, which answers though the edge is down."""
    token: str

    @classmethod
    def of(cls, settings: Settings) -> "Client":
        client = settings.client
        if client.url:
            url = client.url.rstrip("/")
            return cls(url, url, client.pass_)
        folder = _running(settings.site.data)
        told = json.loads((folder / "run" / "server.json").read_text())
        return cls(told["url"], told["api"], client.pass_ or _owner_pass(folder))

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """What it answered. Raises Unwished, or StartRefused where nobody answers."""
        return self.fetch(method, f"{self.api}/api/v1{path}", body)

    def state(self, hall: str) -> Any:
        """The public state of a hall, from the edge."""
        return self.fetch("GET", f"{self.url}/h/{hall}/state.json")

    def fetch(self, method: str, url: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            answer = httpx.request(method, url, json=body, headers=headers, timeout=TIMEOUT_S)
            told = answer.json()
        except (httpx.HTTPError, ValueError):
            raise StartRefused(
                f"No town hall answers at {url.partition('/api/')[0]}.",
                "Start one with: hustings serve",
            ) from None
        if answer.is_success:
            return told
        raise Unwished(told)


def claims(token: str) -> dict[str, Any]:
    """What a pass says, unchecked: enough to know which seat it names."""
    try:
        body = token.split(".")[1]
        told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return told if isinstance(told, dict) else {}
    except (IndexError, ValueError):
        return {}


def _running(data: Path) -> Path:
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
