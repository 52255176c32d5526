"""What stands, as it changes: the studio and each guest see their own, and at once."""

import asyncio
import json

from hustings.api.routes.live import READERS_MAX
from tests.api.conftest import bearer
from tests.api.test_hosting import told


class Screen:
    """A page that follows a hall, without a network: the ASGI application, and what it sends."""

    def __init__(self, town, headers, app):
        self.town, self.sent, self.gone = town, asyncio.Queue(), asyncio.Event()
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/api/v1/halls/demo/events",
            "raw_path": b"/api/v1/halls/demo/events",
            "query_string": b"",
            "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
            "http_version": "1.1",
            "scheme": "http",
            "server": ("desk", 80),
            "client": ("127.0.0.1", 1),
        }
        self.asked = False
        self.task = asyncio.create_task(app(scope, self.receive, self.send))

    async def receive(self):
        if not self.asked:
            self.asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        text = message.get("body", b"").decode()
        if text.startswith("data: "):
            self.sent.put_nowait(json.loads(text.removeprefix("data: ")))

    async def shown(self):
        return await asyncio.wait_for(self.sent.get(), 5)

    async def close(self):
        self.gone.set()
        await asyncio.wait_for(self.task, 5)


async def test_the_studio_sees_what_happened_before_the_next_second(town):
    await town.hall("open", led=True)
    screen = Screen(town, town.owner, town.app)
    first = await screen.shown()
    await town.seat()
    town.clock.advance(100)
    second = await screen.shown()
    await screen.close()

    assert (first["seats"], [s["seat"] for s in second["seats"]]) == ([], ["ana"])
    assert second["floor"]["seats"][0]["verdict"] == "absent"
    assert second["now_ms"] - first["now_ms"] == 100
    assert town.context.readers == 0


async def test_a_guest_sees_their_own_hand_and_nobody_elses(town):
    await town.hall("open")
    fay, gil = await town.guest("listener", "Fay"), await town.guest("listener", "Gil")
    await town.ask("POST", "/halls/demo/hands", {"reason": "My sister"}, headers=fay)
    screen = Screen(town, gil, town.app)
    shown = await screen.shown()
    await town.ask("POST", "/halls/demo/hands", {}, headers=gil)
    town.clock.advance(100)
    raised = await screen.shown()
    await screen.close()

    assert (shown["hand"]["raised"], raised["hand"]["position"]) == (False, 2)
    assert "sister" not in json.dumps([shown, raised])


async def test_a_stranger_follows_nothing_and_not_everyone_at_once(town):
    await town.hall("open")
    listener = await town.guest("listener")
    town.context.readers = READERS_MAX

    full = await town.ask("GET", "/halls/demo/events", headers=listener)
    stranger = await town.ask("GET", "/halls/demo/events", headers=bearer("x"))
    assert (told(full), told(stranger)) == ("readers_full", "pass_invalid")
