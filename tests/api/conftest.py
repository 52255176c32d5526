"""The application with a log in memory and a clock moved by hand; on a socket where asked for."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from hustings.api.app import build
from hustings.api.context import Context
from hustings.client import Client
from hustings.desk.desk import Desk
from hustings.desk.invitations import owner_pass
from hustings.desk.ports import Keys, Ports
from hustings.desk.stagehand import Place, Stagehand
from hustings.desk.watch import Watch
from hustings.ops.figures import Figures
from hustings.store.sounds import SoundFolder
from hustings.testing.bus import FakeBus
from hustings.testing.clock import ManualClock
from hustings.testing.entropy import SeededEntropy
from hustings.testing.store import MemoryStore

PUBLIC = "https://hall.example.org"


@dataclass
class Town:
    """A whole control plane, in memory."""

    desk: Desk
    stagehand: Stagehand
    bus: FakeBus
    clock: ManualClock
    store: MemoryStore
    context: Context
    app: FastAPI
    http: httpx.AsyncClient
    owner: dict[str, str]

    async def ask(self, method, path, json=None, **more):
        more.setdefault("headers", self.owner)
        return await self.http.request(method, f"/api/v1{path}", json=json, **more)

    async def hall(self, *moves, **fields):
        await self.ask("POST", "/halls", {"hall": "demo", "title": "Demo", **fields})
        for move in moves:
            assert (await self.ask("POST", f"/halls/demo/{move}")).status_code == 200

    async def seat(self, seat="ana", name="Ana Ferreira", **fields):
        return (
            await self.ask("POST", "/halls/demo/seats", {"seat": seat, "name": name, **fields})
        ).json()

    async def guest(self, role, name="Guest"):
        given = (await self.ask("POST", "/halls/demo/passes", {"role": role, "name": name})).json()
        return bearer(given["pass"])


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
async def town(tmp_path, store):
    clock, bus, watch, figures = ManualClock(), FakeBus(), Watch(), Figures()
    keys = Keys(*(Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2)))
    place = Place("127.0.0.1:8005", ("127.0.0.1:8004",), ("127.0.0.1:8006",))
    stagehand = Stagehand(bus, watch, place)
    desk = Desk(Ports(clock, SeededEntropy(), store, keys), figures.noting(stagehand.changed))
    await desk.load()
    await stagehand.begin(desk)
    figures.look_at(desk, stagehand, bus)
    sounds = SoundFolder(tmp_path)
    context = Context(desk, watch, store.owner_links, figures, PUBLIC, bus.connected, sounds)
    app = build(context)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as http:
        owner = bearer(owner_pass(desk).token)
        yield Town(desk, stagehand, bus, clock, store, context, app, http, owner)


class Served:
    """The town's application on a port of its own, and the operations it was asked for."""

    def __init__(self, town, url):
        self.town, self.url, self.asked = town, url, set()

    def client(self, headers=None):
        token = (headers or self.town.owner)["Authorization"].removeprefix("Bearer ")
        return Client(self.url, token)


@asynccontextmanager
async def listening(app):
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.wait([serving], timeout=0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        await serving


@pytest.fixture
async def served(town):
    async def noting(scope, receive, send):
        await town.app(scope, receive, send)
        if route := scope.get("route"):
            at.asked.add((scope["method"], route.path))

    async with listening(noting) as url:
        at = Served(town, url)
        yield at
