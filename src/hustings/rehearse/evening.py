"""A hall made ready over the API: created, seats given, opened, live, parts flowing."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from hustings.ops.clock import SystemClock

READY_WITHIN_S = 30
LOOK_EVERY_MS = 50
CLOCK = SystemClock()


class NotReady(Exception):
    """The town hall did not come up in time; says what was waited for."""


@dataclass(frozen=True)
class Seat:
    seat: str
    name: str
    role: str = "speaker"


@dataclass(frozen=True)
class Evening:
    """A live hall. `seats`: what the API answered for each seat, pass and studio_url among it."""

    hall: str
    page: str
    stream: str
    seats: dict[str, dict[str, Any]]

    @property
    def listen_url(self) -> str:
        return f"{self.page}/h/{self.hall}"

    @property
    def stream_url(self) -> str:
        return f"{self.stream}/h/{self.hall}/live.mp4"

    def whip_url(self, seat: str) -> str:
        return f"{self.page}/whip/{self.hall}/{seat}"


async def until(ready: Callable[[], Any], what: str) -> Any:
    """Wait for `await ready()` to be true; its answer. Raises NotReady."""
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            while True:
                try:
                    if answer := await ready():
                        return answer
                except httpx.TransportError:
                    pass
                await CLOCK.sleep_ms(LOOK_EVERY_MS)
    except TimeoutError:
        raise NotReady(f"{what} within {READY_WITHIN_S} s") from None


async def begin(page: str, owner: Callable[[], str], wanted: str, seats: list[Seat]) -> Evening:
    """Bring a hall live on the town hall at `page`. An ended hall of that name is left alone
    and the next free name taken; seats of an earlier start get fresh passes."""
    async with httpx.AsyncClient(base_url=page, timeout=10) as client:
        await until(lambda: _answers(client), "the desk to answer")
        client.headers["Authorization"] = f"Bearer {owner().strip()}"
        hall = await _hall(client, wanted)
        given = {seat.seat: await _give(client, hall, seat) for seat in seats}
        state = (await client.get(f"/api/v1/halls/{hall}")).json()["state"]
        moves = {"draft": ["open"], "announced": ["open"], "paused": ["resume"]}.get(state, [])
        for move in moves:
            _granted(await client.post(f"/api/v1/halls/{hall}/{move}"))
        told = await until(lambda: _flows(client, hall), "parts to flow")
        host = httpx.URL(page).host
        return Evening(hall, page, f"http://{host}:{told['stream']['port']}", given)


async def _answers(client: httpx.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == httpx.codes.OK


async def _hall(client: httpx.AsyncClient, wanted: str) -> str:
    for count in range(1, 1000):
        hall = wanted if count == 1 else f"{wanted}-{count}"
        found = await client.get(f"/api/v1/halls/{hall}")
        if found.status_code == httpx.codes.NOT_FOUND:
            title = "An evening about evenings" if wanted == "demo" else wanted
            _granted(await client.post("/api/v1/halls", json={"hall": hall, "title": title}))
            return hall
        if found.json()["state"] != "ended":
            return hall
    raise NotReady("a free name for the hall")


async def _give(client: httpx.AsyncClient, hall: str, seat: Seat) -> dict[str, Any]:
    await client.delete(f"/api/v1/halls/{hall}/seats/{seat.seat}")
    told = {"seat": seat.seat, "name": seat.name, "role": seat.role}
    return _granted(await client.post(f"/api/v1/halls/{hall}/seats", json=told))


async def _flows(client: httpx.AsyncClient, hall: str) -> dict[str, Any] | None:
    answer = await client.get(f"/h/{hall}/state.json")
    told: dict[str, Any] = answer.json() if answer.status_code == httpx.codes.OK else {}
    return told if told.get("newest_part") else None


def _granted(answer: httpx.Response) -> dict[str, Any]:
    told: dict[str, Any] = answer.json()
    if answer.is_error:
        raise NotReady(f"the desk to agree ({told.get('title')} {told.get('detail')})")
    return told
