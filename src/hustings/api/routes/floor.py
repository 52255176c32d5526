"""Routes of the floor: who is on air, hands, time, and who is in charge."""

from typing import Any

from fastapi import APIRouter, Request

from hustings import shapes
from hustings.api import studio
from hustings.api.auth import Caller, hall_for
from hustings.api.context import context
from hustings.api.document import answers
from hustings.api.models import Call, Charge, Led, Muted, NewBudget, NewHand, Side, Suppressed
from hustings.desk.invitations import call_hand, seat_pass
from hustings.domain.hall import Hall
from hustings.domain.ids import PersonId, SeatId, seat_id
from hustings.domain.refusals import Refused
from hustings.domain.roles import Power
from hustings.domain.wishes import (
    BringUp,
    LeadFloor,
    LowerHand,
    MuteSeat,
    RaiseHand,
    SetBudget,
    SuppressNoise,
    TakeCharge,
    TakeDown,
    TakeSide,
    Wish,
)

router = APIRouter(prefix="/api/v1/halls/{hall}", tags=["floor"])


@router.get("/floor", **answers(shapes.Floor))
async def show(request: Request, hall: str) -> dict[str, Any]:
    """Every seat with what its line lacks, hands in order, time by person and side."""
    known, asking = hall_for(request, hall)
    asking.must(Power.BACKSTAGE)
    return _shown(request, known)


@router.post("/floor", **answers(shapes.Floor))
async def lead(request: Request, hall: str, body: Led) -> dict[str, Any]:
    """Led: seats come on air when they are brought up. Not led: with their line."""
    return await _asked(request, hall, LeadFloor(body.led))


@router.post("/seats/{seat}/up", **answers(shapes.Floor))
async def up(request: Request, hall: str, seat: str) -> dict[str, Any]:
    """On air; refused until the seat's line is proven."""
    return await _asked(request, hall, BringUp(_seat(seat)))


@router.post("/seats/{seat}/down", **answers(shapes.Floor))
async def down(request: Request, hall: str, seat: str) -> dict[str, Any]:
    """Off air, to the green room."""
    return await _asked(request, hall, TakeDown(_seat(seat)))


@router.post("/seats/{seat}/mute", **answers(shapes.Floor))
async def mute(request: Request, hall: str, seat: str, body: Muted) -> dict[str, Any]:
    """Nobody hears this seat until it is unmuted; it stays on air."""
    return await _asked(request, hall, MuteSeat(_seat(seat), body.on))


@router.post("/seats/{seat}/suppress", **answers(shapes.Floor))
async def suppress(request: Request, hall: str, seat: str, body: Suppressed) -> dict[str, Any]:
    """Take the noise around this seat's microphone out of what it says, or no more."""
    return await _asked(request, hall, SuppressNoise(_seat(seat), body.on))


@router.put("/seats/{seat}/side", **answers(shapes.Floor))
async def side(request: Request, hall: str, seat: str, body: Side) -> dict[str, Any]:
    """The side whose time this seat's person spends."""
    return await _asked(request, hall, TakeSide(_seat(seat), body.side))


@router.put("/budget", **answers(shapes.Floor))
async def budget(request: Request, hall: str, body: NewBudget) -> dict[str, Any]:
    """How long a side, or each person, may speak."""
    budget_ms = None if body.seconds is None else body.seconds * 1000
    return await _asked(request, hall, SetBudget(body.side, budget_ms, body.enforced))


@router.post("/charge", **answers(shapes.Floor))
async def charge(request: Request, hall: str, body: Charge) -> dict[str, Any]:
    """Run the show (producer) or chair (moderator) from now on, or hand it to one who may."""
    to = None if body.to is None else PersonId(body.to)
    return await _asked(request, hall, TakeCharge(body.role, to))


@router.post("/hands", **answers(shapes.OwnHand, 201))
async def raise_hand(request: Request, hall: str, body: NewHand) -> dict[str, Any]:
    """Raise your hand; the answer says where it stands."""
    known, asking = hall_for(request, hall)
    await context(request).desk.ask(known.hall, RaiseHand(body.reason), asking.by)
    return _own(request, known, asking)


@router.get("/hands/mine", **answers(shapes.OwnHand))
async def my_hand(request: Request, hall: str) -> dict[str, Any]:
    """Its position; once called, the seat that waits and the pass for it."""
    known, asking = hall_for(request, hall)
    return _own(request, known, asking)


@router.delete("/hands/mine", **answers(shapes.OwnHand))
async def lower_own(request: Request, hall: str) -> dict[str, Any]:
    """Lower your own hand."""
    known, asking = hall_for(request, hall)
    await context(request).desk.ask(known.hall, LowerHand(), asking.by)
    return _own(request, known, asking)


@router.delete("/hands/{person}", **answers(shapes.Floor))
async def lower(request: Request, hall: str, person: str) -> dict[str, Any]:
    """Lower somebody else's hand."""
    _, asking = hall_for(request, hall)
    # Who lowers their own asks /mine: this answers with the whole floor, reasons too.
    asking.must(Power.LEAD_FLOOR)
    return await _asked(request, hall, LowerHand(PersonId(person)))


@router.post("/hands/{person}/call", **answers(shapes.Floor))
async def call(request: Request, hall: str, person: str, body: Call) -> dict[str, Any]:
    """Give whoever raised this hand a seat in the green room; their page is told."""
    known, asking = hall_for(request, hall)
    seat = None if body.seat is None else seat_id(body.seat)
    await call_hand(context(request).desk, known.hall, PersonId(person), seat, asking.by)
    return _shown(request, context(request).desk.hall(known.hall))


async def _asked(request: Request, hall: str, wish: Wish) -> dict[str, Any]:
    known, asking = hall_for(request, hall)
    at = context(request)
    await at.desk.ask(known.hall, wish, asking.by)
    return _shown(request, at.desk.hall(known.hall))


def _shown(request: Request, hall: Hall) -> dict[str, Any]:
    at = context(request)
    return studio.floor(hall, at.watch, at.now_ms)


def _own(request: Request, hall: Hall, asking: Caller) -> dict[str, Any]:
    at = context(request)
    known = at.desk.hall(hall.hall)
    token = seat_pass(at.desk, known, asking.by.person)
    return studio.own_hand(known, asking.by.person, at.public, token)


def _seat(text: str) -> SeatId:
    try:
        return seat_id(text)
    except Refused:
        raise Refused("seat_unknown") from None
