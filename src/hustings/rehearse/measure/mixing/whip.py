"""WHIP in front of Janus's own API: who posts an offer joins the room of AudioBridge.

Knows no media. It answers where they are, which is not on loopback, so that it asks for a pass.
"""

import asyncio
import hmac
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from hustings.rehearse.measure.mixing.janus import ROOM, Janus

PLUGIN = "janus.plugin.audiobridge"
OFFER_BYTES_MAX = 64 * 1024
ANSWER_WITHIN_S = 20


class JanusFault(Exception):
    """Janus answered what it should not, or nothing."""


@dataclass
class Room:
    """The room, as its API has it."""

    api: str
    token: str
    """The pass of all who may join."""
    http: httpx.AsyncClient
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def join(self, offer: str) -> str:
        """The answer to an offer, SDP both. Raises JanusFault."""
        session = await self._new("", {"janus": "create"})
        handle = await self._new(f"/{session}", {"janus": "attach", "plugin": PLUGIN})
        place = f"/{session}/{handle}"
        who = {"request": "join", "room": ROOM, "display": f"{handle}"}
        await self._ask(place, {"janus": "message", "body": who})
        jsep = {"type": "offer", "sdp": offer}
        sounds = {"request": "configure", "muted": False}
        await self._ask(place, {"janus": "message", "body": sounds, "jsep": jsep})
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while True:
                event = (await self.http.get(f"{self.api}/{session}")).json()
                told = event.get("plugindata", {}).get("data", {})
                if "error" in told or event.get("janus") == "error":
                    raise JanusFault(f"{told or event}")
                if answer := event.get("jsep"):
                    return str(answer["sdp"])

    async def _new(self, place: str, wish: dict[str, Any]) -> int:
        return int((await self._ask(place, wish))["data"]["id"])

    async def _ask(self, place: str, wish: dict[str, Any]) -> dict[str, Any]:
        told = wish | {"transaction": f"{next(self.numbers)}"}
        answer: dict[str, Any] = (await self.http.post(self.api + place, json=told)).json()
        if answer.get("janus") not in ("success", "ack"):
            raise JanusFault(f"{answer}")
        return answer


@asynccontextmanager
async def room(of: Janus, address: str, token: str) -> AsyncIterator[str]:
    """Where at `address` offers to its room are posted by those who have the pass."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=60, trust_env=False, limits=limits) as http:
        bridge = Room(of.api, token, http)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _serve(bridge, reader, writer)

        server = await asyncio.start_server(serve, address, 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            yield f"http://{address}:{port}/whip"


async def _serve(bridge: Room, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request, as hyper writes it, and its answer (RFC 9725)."""
    try:
        token, offer = await _read(reader)
        if hmac.compare_digest(token, bridge.token):
            status, told = "201 Created", await bridge.join(offer)
        else:
            status, told = "401 Unauthorized", "Another pass is asked for."
    except (JanusFault, httpx.HTTPError, TimeoutError) as fault:
        status, told = "502 Bad Gateway", f"{type(fault).__name__} {fault}"
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
        status, told = "400 Bad Request", "That is no offer."
    body = told.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/sdp\r\nConnection: close\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    await writer.drain()
    writer.close()


async def _read(reader: asyncio.StreamReader) -> tuple[str, str]:
    """The pass that is shown, and the body. Raises what `_serve` knows of."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    pairs = (line.partition(":") for line in head.split("\r\n")[1:])
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    length = int(headers.get("content-length", "-1"))
    if not 0 < length <= OFFER_BYTES_MAX:
        raise ValueError("no offer is of that length")
    token = headers.get("authorization", "").removeprefix("Bearer ")
    return token, (await reader.readexactly(length)).decode()
