"""Who is asking: a pass as bearer token, else the hall's cookie, else the owner's.

What a role may do is not decided here (domain/roles.py).
"""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from fastapi import Request, Response

from hustings.api.context import Context, context
from hustings.desk.invitations import Given
from hustings.desk.passes import Pass, check
from hustings.domain.hall import Hall, State
from hustings.domain.ids import EVERY_HALL, HallId, hall_id
from hustings.domain.refusals import Refused
from hustings.domain.roles import Power, may
from hustings.domain.wishes import By

OWNER_COOKIE = "hustings_owner"
OUR_SITES = ("same-origin", "none")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Caller:
    given: Pass

    @property
    def by(self) -> By:
        return By(self.given.person, self.given.role)

    def may(self, power: Power) -> bool:
        return may(self.given.role, power)

    def must(self, power: Power) -> None:
        if not self.may(power):
            raise Refused("not_allowed", f"A {self.given.role} may not do this.")


def caller(request: Request, hall: HallId = EVERY_HALL) -> Caller:
    """Whoever asks something of `hall`. Raises Refused where no good pass came."""
    at = context(request)
    token, by_cookie = _token(request, hall)
    if token is None:
        raise Refused("pass_missing")
    if by_cookie and request.method not in SAFE:
        must_be_our_page(request, at)
    given = check(token, at.desk.pass_key, at.now_ms // 1000, at.desk.holds_until_s)
    if given.jti in at.desk.revoked():
        raise Refused("pass_revoked")
    if given.hall not in (EVERY_HALL, hall) and hall != EVERY_HALL:
        raise Refused("pass_foreign")
    return Caller(given)


def caller_at(request: Request, hall: str | None) -> Caller:
    """Where the hall is no part of the address: cookies are per hall, a pass in a header is not."""
    return caller(request, hall_id_or_unknown(hall) if hall else EVERY_HALL)


def caller_or_none(request: Request, hall: HallId = EVERY_HALL) -> Caller | None:
    """For what the public may see too: a pass that is not good here shows just that."""
    try:
        return caller(request, hall)
    except Refused:
        return None


def house_caller(request: Request) -> Caller:
    """For what concerns no one hall: a pass for all of them."""
    found = caller(request)
    if found.given.hall != EVERY_HALL:
        raise Refused("not_allowed", "This pass is for one town hall only.")
    return found


def hall_for(request: Request, text: str) -> tuple[Hall, Caller]:
    """The hall at this address, and whoever asks. To those not backstage a draft is not there."""
    hall = hall_id_or_unknown(text)
    found = caller(request, hall)
    known = context(request).desk.hall(hall)
    if known.state is State.DRAFT and not found.may(Power.BACKSTAGE):
        raise Refused("hall_unknown")
    return known, found


def hall_id_or_unknown(text: str) -> HallId:
    try:
        return hall_id(text)
    except Refused:
        raise Refused("hall_unknown") from None


def _token(request: Request, hall: HallId) -> tuple[str | None, bool]:
    kind, _, bearer = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and bearer:
        return bearer.strip(), False
    cookies = request.cookies
    return cookies.get(f"hustings_{hall}") or cookies.get(OWNER_COOKIE), True


def set_pass_cookie(response: Response, name: str, given: Given, at: Context) -> None:
    """The pass stays in this browser, unseen by scripts, until it runs out."""
    response.set_cookie(
        name,
        given.token,
        max_age=(given.expires_at_ms - at.now_ms) // 1000,
        httponly=True,
        samesite="lax",
        path="/",
        secure=at.public.startswith("https:"),
    )
    response.headers["Cache-Control"] = "no-store"


def must_be_our_page(request: Request, at: Context) -> None:
    """A cookie comes along with anybody's page; the browser says whose page it was.

    Where it says nothing it is no browser, or one older than either header; then `SameSite` holds.
    """
    origin = request.headers.get("origin")
    if origin is None:
        ours = request.headers.get("sec-fetch-site") in (None, *OUR_SITES)
    else:
        ours = _is_ours(urlsplit(origin), urlsplit(at.public), request.headers.get("host"))
    if not ours:
        raise Refused("origin_foreign")


def _is_ours(origin: SplitResult, public: SplitResult, host: str | None) -> bool:
    """The public origin, scheme and all; or, by another name of this machine, the host asked."""
    if origin.netloc == public.netloc:
        return origin.scheme == public.scheme
    return origin.netloc == host
