"""Routes of halls: list, create, show, and the moves of their lifecycle."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from hustings import shapes
from hustings.api import views
from hustings.api.auth import caller_or_none, hall_for, hall_id_or_unknown, house_caller
from hustings.api.context import context
from hustings.api.document import answers, answers_other
from hustings.api.models import Cancel, NewHall, NewStart, RecordIt, Slip
from hustings.desk.invitations import HOUR_MS, PASS_HOURS
from hustings.domain.hall import WISHED_MOVES, Hall, State
from hustings.domain.ids import EVERY_HALL, hall_id
from hustings.domain.life import CONFIRM_MS
from hustings.domain.refusals import Refused
from hustings.domain.roles import Power
from hustings.domain.wishes import (
    CancelHall,
    CreateHall,
    MoveHall,
    Postpone,
    SetRecording,
    SlipStart,
    Wish,
)

router = APIRouter(prefix="/api/v1/halls", tags=["halls"])


@router.get("", **answers(shapes.Halls, pass_needed=False))
async def halls(request: Request) -> dict[str, Any]:
    """What is announced, on or over; drafts too, with a pass for every hall."""
    at, asking = context(request), caller_or_none(request)
    drafts = asking and asking.given.hall == EVERY_HALL and asking.may(Power.BACKSTAGE)
    shown = [h for h in at.desk.halls.values() if drafts or h.state is not State.DRAFT]
    return {"halls": [views.public(hall, at.public) for hall in shown]}


@router.post("", **answers(shapes.Hall, 201))
async def create(request: Request, body: NewHall) -> dict[str, Any]:
    """As a draft, which only those backstage see."""
    asking, at = house_caller(request), context(request)
    wish = CreateHall(
        hall=hall_id(body.hall) if body.hall is not None else views.slug(body.title),
        title=body.title,
        starts_at_ms=_ms(body.starts_at),
        window_ms=body.window_ms,
        air_delay_ms=body.air_delay_ms,
        record=body.record,
        series=None if body.series is None else hall_id(body.series),
        led=body.led,
    )
    return _shown(request, await at.desk.create(wish, asking.by), staff=True)


@router.get("/{hall}", **answers(shapes.Hall, pass_needed=False))
async def show(request: Request, hall: str) -> dict[str, Any]:
    """The public part; with a pass for backstage, lines, audience and people too."""
    known_id = hall_id_or_unknown(hall)
    asking = caller_or_none(request, known_id)
    staff = asking is not None and asking.may(Power.BACKSTAGE)
    known = context(request).desk.hall(known_id)
    if known.state is State.DRAFT and not staff:
        raise Refused("hall_unknown")
    return _shown(request, known, staff=staff)


@router.post("/{hall}/recording", **answers(shapes.Hall))
async def recording(request: Request, hall: str, body: RecordIt) -> dict[str, Any]:
    """Record the hall or not. Settled before doors open."""
    return await _asked(request, hall, SetRecording(body.on))


@router.post("/{hall}/slip", **answers(shapes.Hall))
async def slip(request: Request, hall: str, body: Slip) -> dict[str, Any]:
    """Begin 1 or 5 minutes later than `from_ms`; twice from the same start is once."""
    return await _asked(request, hall, SlipStart(body.minutes, body.from_ms))


@router.post("/{hall}/postpone", **answers(shapes.Hall))
async def postpone(request: Request, hall: str, body: NewStart) -> dict[str, Any]:
    """Announce it anew for another time, at the same address; good passes stay good."""
    starts_at_ms = _ms(body.starts_at)
    assert starts_at_ms is not None
    wish = Postpone(starts_at_ms, starts_at_ms + PASS_HOURS * HOUR_MS)
    return await _asked(request, hall, wish)


@router.post("/{hall}/cancel", **answers(shapes.CancelledHall))
async def cancel(request: Request, hall: str, body: Cancel) -> dict[str, Any]:
    """Without `confirm` it is asked: the answer says how many are waiting. With it, it is done."""
    known, asking = hall_for(request, hall)
    at = context(request)
    waiting = at.watch.audience(known.hall, at.now_ms)["listeners"]
    wish = CancelHall(waiting, confirmed=body.confirm)
    await at.desk.ask(known.hall, wish, asking.by)
    shown = _shown(request, at.desk.hall(known.hall), staff=asking.may(Power.BACKSTAGE))
    return {**shown, "waiting": waiting, "confirm_within_s": CONFIRM_MS // 1000}


@router.get("/{hall}/calendar.ics", **answers_other("text/calendar", pass_needed=False))
async def calendar(request: Request, hall: str) -> Response:
    """For calendars: one event, which follows a slip or a new time."""
    known = context(request).desk.hall(hall_id_or_unknown(hall))
    if known.state is State.DRAFT or known.starts_at_ms is None:
        raise Refused("not_found")
    at = context(request)
    text = views.calendar(known, at.public, at.now_ms)
    return Response(text, media_type="text/calendar; charset=utf-8")


async def _asked(request: Request, hall: str, wish: Wish) -> dict[str, Any]:
    known, asking = hall_for(request, hall)
    at = context(request)
    await at.desk.ask(known.hall, wish, asking.by)
    return _shown(request, at.desk.hall(known.hall), staff=asking.may(Power.BACKSTAGE))


@router.post("/{hall}/{move}", **answers(shapes.Hall))
async def move(request: Request, hall: str, move: str) -> dict[str, Any]:
    """`move` is one of announce, open, pause, resume, end."""
    if move not in WISHED_MOVES:
        raise Refused("not_found")
    return await _asked(request, hall, MoveHall(move))


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
