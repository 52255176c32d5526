"""Routes of halls: list, create, show, and the moves of their lifecycle."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request

from hustings.api import views
from hustings.api.auth import caller_or_none, hall_for, hall_id_or_unknown, house_caller
from hustings.api.context import context
from hustings.api.models import NewHall, Recording
from hustings.domain.hall import WISHED_MOVES, Hall, State
from hustings.domain.ids import EVERY_HALL, hall_id
from hustings.domain.refusals import Refused
from hustings.domain.roles import Power
from hustings.domain.wishes import CreateHall, MoveHall, SetRecording

router = APIRouter(prefix="/api/v1/halls", tags=["halls"])


@router.get("")
async def halls(request: Request) -> dict[str, Any]:
    """What is announced, on or over; drafts too, with a pass for every hall."""
    at, asking = context(request), caller_or_none(request)
    drafts = asking and asking.given.hall == EVERY_HALL and asking.may(Power.BACKSTAGE)
    shown = [h for h in at.desk.halls.values() if drafts or h.state is not State.DRAFT]
    return {"halls": [views.public(hall, at.public) for hall in shown]}


@router.post("", status_code=201)
async def create(request: Request, body: NewHall) -> dict[str, Any]:
    asking, at = house_caller(request), context(request)
    wish = CreateHall(
        hall=hall_id(body.hall) if body.hall is not None else views.slug(body.title),
        title=body.title,
        starts_at_ms=_ms(body.starts_at),
        window_ms=body.window_ms,
        record=body.record,
    )
    return _shown(request, await at.desk.create(wish, asking.by), staff=True)


@router.get("/{hall}")
async def show(request: Request, hall: str) -> dict[str, Any]:
    known_id = hall_id_or_unknown(hall)
    asking = caller_or_none(request, known_id)
    staff = asking is not None and asking.may(Power.BACKSTAGE)
    known = context(request).desk.hall(known_id)
    if known.state is State.DRAFT and not staff:
        raise Refused("hall_unknown")
    return _shown(request, known, staff=staff)


@router.post("/{hall}/recording")
async def recording(request: Request, hall: str, body: Recording) -> dict[str, Any]:
    """Record the hall or not. Settled before doors open."""
    known, asking = hall_for(request, hall)
    at = context(request)
    await at.desk.ask(known.hall, SetRecording(body.on), asking.by)
    return _shown(request, at.desk.hall(known.hall), staff=asking.may(Power.BACKSTAGE))


@router.post("/{hall}/{move}")
async def move(request: Request, hall: str, move: str) -> dict[str, Any]:
    """`move` is one of announce, open, pause, resume, end."""
    if move not in WISHED_MOVES:
        raise Refused("not_found")
    known, asking = hall_for(request, hall)
    at = context(request)
    await at.desk.ask(known.hall, MoveHall(move), asking.by)
    return _shown(request, at.desk.hall(known.hall), staff=asking.may(Power.BACKSTAGE))


def _shown(request: Request, hall: Hall, *, staff: bool) -> dict[str, Any]:
    at = context(request)
    shown = views.public(hall, at.public)
    return {**shown, **(views.backstage(hall, at.watch, at.now_ms) if staff else {})}


def _ms(at: datetime | None) -> int | None:
    if at is None:
        return None
    if at.tzinfo is None:
        raise Refused("field_invalid", "starts_at: say the offset from UTC, as in +01:00 or Z.")
    return int(at.timestamp() * 1000)
