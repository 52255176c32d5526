"""Routes of people: seats, passes, who is there, and erasing somebody's data."""

from typing import Any

from fastapi import APIRouter, Request

from hustings import shapes
from hustings.api import views
from hustings.api.auth import caller, hall_for, house_caller
from hustings.api.context import context
from hustings.api.document import answers
from hustings.api.models import Consent, NewPass, NewSeat
from hustings.desk.invitations import Guest, give_pass, give_seat
from hustings.domain.events import ConsentGiven, PassRevoked, PersonErased, SeatFreed
from hustings.domain.ids import PersonId, person_name, seat_id
from hustings.domain.refusals import Refused
from hustings.domain.roles import Power
from hustings.domain.wishes import ErasePerson, FreeSeat, GiveConsent

router = APIRouter(prefix="/api/v1", tags=["people"])


@router.post("/halls/{hall}/seats", **answers(shapes.GivenSeat, 201))
async def new_seat(request: Request, hall: str, body: NewSeat) -> dict[str, Any]:
    """A seat on the stage for somebody, with the link for whoever takes it."""
    known, asking = hall_for(request, hall)
    at, seat = context(request), seat_id(body.seat)
    guest = Guest(body.role, person_name(body.name), consented=body.consent)
    given = await give_seat(at.desk, known.hall, seat, guest, asking.by)
    return {
        "seat": seat,
        "person": given.person,
        "pass": given.token,
        "expires_at_ms": given.expires_at_ms,
        "studio_url": views.pass_url(at.public, known.hall, body.role, given.token),
    }


@router.delete("/halls/{hall}/seats/{seat}", **answers(shapes.SeatFreed))
async def free_seat(request: Request, hall: str, seat: str) -> dict[str, Any]:
    """Take a seat away, and the pass to it."""
    known, asking = hall_for(request, hall)
    try:
        freed = seat_id(seat)
    except Refused:
        raise Refused("seat_unknown") from None
    await context(request).desk.ask(known.hall, FreeSeat(freed), asking.by)
    return {"seat": freed}


@router.post("/halls/{hall}/consent", **answers(shapes.Consented))
async def consent(request: Request, hall: str, body: Consent) -> dict[str, Any]:
    """Agree to be recorded, by the pass of whoever speaks; or note for a seat that they did."""
    known, asking = hall_for(request, hall)
    desk, seat = context(request).desk, None if body.seat is None else seat_id(body.seat)
    events = await desk.ask(known.hall, GiveConsent(seat), asking.by)
    return {"consented": True, "new": [e.seat for e in events if isinstance(e, ConsentGiven)]}


@router.post("/halls/{hall}/passes", **answers(shapes.GivenPass, 201))
async def new_pass(request: Request, hall: str, body: NewPass) -> dict[str, Any]:
    """A pass without a seat, and its link. Nobody makes their equal."""
    known, asking = hall_for(request, hall)
    at, guest = context(request), Guest(body.role, person_name(body.name), body.hours)
    given = await give_pass(at.desk, known.hall, guest, asking.by)
    return {
        "person": given.person,
        "role": body.role,
        "pass": given.token,
        "expires_at_ms": given.expires_at_ms,
        "url": views.pass_url(at.public, known.hall, body.role, given.token),
    }


@router.get("/halls/{hall}/people", **answers(shapes.People))
async def people(request: Request, hall: str) -> dict[str, Any]:
    """Whoever was given a pass, with role and seat."""
    known, asking = hall_for(request, hall)
    asking.must(Power.BACKSTAGE)
    return {"people": views.people(known)}


@router.delete("/people/{person}", **answers(shapes.Erased))
async def erase(request: Request, person: str) -> dict[str, Any]:
    """Erase what the log holds about somebody. Answers what was erased, never what it said."""
    at, who = context(request), PersonId(person)
    hall = at.desk.hall_of(who)
    asking = caller(request, hall.hall) if hall else house_caller(request)
    asking.must(Power.ERASE)
    if hall is None:
        raise Refused("person_unknown")
    events = await at.desk.ask(hall.hall, ErasePerson(who), asking.by)
    return {
        "person": who,
        "hall": hall.hall,
        "erased": [f for e in events if isinstance(e, PersonErased) for f in e.erased],
        "seats_freed": [e.seat for e in events if isinstance(e, SeatFreed)],
        "passes_revoked": sum(isinstance(e, PassRevoked) for e in events),
    }
