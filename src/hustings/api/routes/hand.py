"""The listener's raised hand, at the address of the hall itself: with a pass, or by a name.

Not here: whose turn it is (the floor's routes).
"""

from typing import Any

from fastapi import APIRouter, Request, Response

from hustings.api import studio
from hustings.api.auth import (
    caller,
    caller_or_none,
    hall_id_or_unknown,
    must_be_our_page,
    set_pass_cookie,
)
from hustings.api.context import context
from hustings.api.models import FloorHand
from hustings.desk.invitations import seat_pass, walk_in
from hustings.domain.hall import Hall, State
from hustings.domain.ids import PersonId, person_name
from hustings.domain.refusals import Refused
from hustings.domain.wishes import By, LowerHand, RaiseHand

# Pages ask here (spec/live.md); the API has the same under /halls/{hall}/hands.
router = APIRouter(prefix="/h/{hall}", include_in_schema=False)


@router.get("/hand")
async def mine(request: Request, response: Response, hall: str) -> dict[str, Any]:
    """Its position; once called, the seat that waits and the link to it. Needs a pass."""
    response.headers["Cache-Control"] = "no-store"  # The link holds a pass.
    known = _announced(request, hall)
    return _own(request, known, caller(request, known.hall).by.person)


@router.post("/hand", status_code=201)
async def raise_hand(
    request: Request, response: Response, hall: str, body: FloorHand
) -> dict[str, Any]:
    """Without a pass, by a name: the answer sets a listener's pass as a cookie."""
    known, at = _announced(request, hall), context(request)
    asking = caller_or_none(request, known.hall)
    if asking is not None:
        await at.desk.ask(known.hall, RaiseHand(body.reason), asking.by)
        return _own(request, known, asking.by.person)
    if body.name is None:
        raise Refused("pass_missing")
    must_be_our_page(request, at)
    given = await walk_in(at.desk, known.hall, person_name(body.name), body.reason)
    set_pass_cookie(response, f"hustings_{known.hall}", given, at)
    return _own(request, known, given.person)


@router.delete("/hand")
async def lower(request: Request, hall: str) -> dict[str, Any]:
    known = _announced(request, hall)
    by: By = caller(request, known.hall).by
    await context(request).desk.ask(known.hall, LowerHand(), by)
    return _own(request, known, by.person)


def _announced(request: Request, text: str) -> Hall:
    known = context(request).desk.hall(hall_id_or_unknown(text))
    if known.state is State.DRAFT:
        raise Refused("hall_unknown")
    return known


def _own(request: Request, hall: Hall, person: PersonId) -> dict[str, Any]:
    at = context(request)
    known = at.desk.hall(hall.hall)
    return studio.own_hand(known, person, at.public, seat_pass(at.desk, known, person))
