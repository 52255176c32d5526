"""A hall made ready over the API: created, seats given, opened, live, parts flowing."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from hustings.domain.refusals import StartRefused
from hustings.ops.clock import SystemClock

READY_WITHIN_S = 30
LOOK_EVERY_MS = 50
CLOCK = SystemClock()


class NotReady(StartRefused):
    """The town hall did not come up in time; says what was waited for."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The town hall did not come up: waited for {what}.",
            "Its logs, in the data directory, say more.",
        )


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


@dataclass(frozen=True)
class Wanted:
    """What hall to bring live. `kept`: passes of an earlier start, by seat; those still good are
    used again, so that links handed out then go on working."""

    hall: str
    title: str
    seats: Sequence[Seat]
    kept: Mapping[str, str] = field(default_factory=dict)
    record: bool = False
    """With everyone's consent."""


async def begin(page: str, owner: Callable[[], str], wanted: Wanted) -> Evening:
    """Bring a hall live on the town hall at `page`. An ended hall of that name is left alone
    and the next free name taken."""
    async with httpx.AsyncClient(base_url=page, timeout=10, trust_env=False) as client:
        await until(lambda: _answers(client), "the desk to answer")
        client.headers["Authorization"] = f"Bearer {owner().strip()}"
        known = await _hall(client, wanted)
        given = {seat.seat: await _give(client, known, seat, wanted) for seat in wanted.seats}
        hall = known["hall"]
        moves = {"draft": ["open"], "announced": ["open"], "paused": ["resume"]}
        for move in moves.get(known["state"], []):
            _granted(await client.post(f"/api/v1/halls/{hall}/{move}"))
        seen: set[int] = set()
        told = await until(lambda: _flows(client, hall, seen), "parts to flow")
        host = httpx.URL(page).host
        return Evening(hall, page, f"http://{host}:{told['stream']['port']}", given)


async def _answers(client: httpx.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == httpx.codes.OK


async def _hall(client: httpx.AsyncClient, wanted: Wanted) -> dict[str, Any]:
    for count in range(1, 1000):
        hall = wanted.hall if count == 1 else f"{wanted.hall}-{count}"
        found = await client.get(f"/api/v1/halls/{hall}")
        if found.status_code == httpx.codes.NOT_FOUND:
            told = {"hall": hall, "title": wanted.title, "record": wanted.record}
            return _granted(await client.post("/api/v1/halls", json=told))
        if (known := _granted(found))["state"] != "ended":
            return known
    raise NotReady("a free name for the hall")


async def _give(
    client: httpx.AsyncClient, hall: dict[str, Any], seat: Seat, wanted: Wanted
) -> dict[str, Any]:
    """What the API answers for a seat, or the pass to it that is good already."""
    seats = f"/api/v1/halls/{hall['hall']}/seats"
    if seat.seat in {one["seat"] for one in hall["seats"]}:
        if kept := await _still_good(client, hall["hall"], wanted.kept.get(seat.seat)):
            return {"pass": kept}
        _granted(await client.delete(f"{seats}/{seat.seat}"))
    told = {"seat": seat.seat, "name": seat.name, "role": seat.role, "consent": wanted.record}
    return _granted(await client.post(seats, json=told))


async def _still_good(client: httpx.AsyncClient, hall: str, kept: str | None) -> str | None:
    if kept is None:
        return None
    shown = {"Authorization": f"Bearer {kept}"}
    answer = await client.get("/api/v1/me", params={"hall": hall}, headers=shown)
    return kept if answer.is_success and answer.json()["hall"] == hall else None


async def _flows(client: httpx.AsyncClient, hall: str, seen: set[int]) -> dict[str, Any] | None:
    """The public state, once the hall is live and its parts were seen to go on."""
    answer = await client.get(f"/h/{hall}/state.json")
    told: dict[str, Any] = answer.json() if answer.status_code == httpx.codes.OK else {}
    if told.get("state") == "live" and told.get("newest_part"):
        seen.add(told["newest_part"])
    return told if len(seen) > 1 else None


def _granted(answer: httpx.Response) -> dict[str, Any]:
    told: dict[str, Any] = answer.json()
    if answer.is_error:
        raise NotReady(f"the desk to agree ({told.get('title')} {told.get('detail')})")
    return told
