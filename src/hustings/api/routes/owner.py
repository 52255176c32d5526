"""Routes of whoever runs the server: one-time links, and who am I."""

from typing import Any

from fastapi import APIRouter, Request, Response

from hustings import shapes
from hustings.api.auth import OWNER_COOKIE, caller_at, house_caller, set_pass_cookie
from hustings.api.context import context
from hustings.api.document import answers
from hustings.api.models import OwnerToken
from hustings.desk.invitations import make_owner_link, use_owner_link
from hustings.domain.refusals import Refused
from hustings.domain.roles import Role

router = APIRouter(prefix="/api/v1", tags=["owner"])


@router.post("/owner-link", **answers(shapes.LinkUsed, pass_needed=False))
async def use(request: Request, response: Response, body: OwnerToken) -> dict[str, Any]:
    """Exchange a one-time link for the owner's cookie."""
    at = context(request)
    given = await use_owner_link(at.desk, at.links, body.token)
    set_pass_cookie(response, OWNER_COOKIE, given, at)
    return {"person": given.person, "expires_at_ms": given.expires_at_ms, "next": "/studio"}


@router.post("/owner-links", **answers(shapes.OwnerLink, 201))
async def make(request: Request) -> dict[str, Any]:
    """Make a new one-time link. For an owner, as `hustings owner-link` is."""
    asking, at = house_caller(request), context(request)
    if asking.given.role is not Role.OWNER:
        raise Refused("not_allowed", "Only an owner can make an owner's link.")
    return {"url": f"{at.public}/owner/{await make_owner_link(at.desk, at.links)}"}


@router.get("/me", **answers(shapes.Me))
async def me(request: Request, hall: str | None = None) -> dict[str, Any]:
    """Who the pass at hand makes me, here or at `hall`."""
    given = caller_at(request, hall).given
    return {
        "person": given.person,
        "hall": given.hall,
        "role": given.role,
        "seat": given.seat,
        "expires_at_ms": given.expires_s * 1000,
    }
