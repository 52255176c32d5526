"""Handing out passes: fresh ids, the wish, and the signed pass that is the link.

Passes are not kept anywhere: only their ids are in the log, so that they can be withdrawn.
"""

import base64
import hashlib
from dataclasses import dataclass

from hustings.desk.desk import Desk
from hustings.desk.passes import Pass, mint
from hustings.desk.ports import Entropy, OwnerLinks
from hustings.domain.floor import SEATS_MAX, hands
from hustings.domain.hall import Hall
from hustings.domain.ids import EVERY_HALL, HallId, PersonId, SeatId
from hustings.domain.refusals import Refused
from hustings.domain.roles import Role
from hustings.domain.wishes import By, CallHand, GivePass, GiveSeat, Invitation, WalkIn

HOUR_MS = 3_600_000
PASS_HOURS = 72
"""After now or the announced start, whichever is later: the evening, its eve and its aftermath."""

PASS_HOURS_RANGE = range(1, 24 * 90 + 1)
OWNER_DAYS = 30
OWNER_LINK_HOURS = 24
ID_BYTES = 10
TOKEN_BYTES = 32


@dataclass(frozen=True)
class Guest:
    """Whom to invite."""

    role: Role
    name: str
    hours: int = PASS_HOURS
    consented: bool = False
    """They agreed elsewhere to be recorded."""


@dataclass(frozen=True)
class Given:
    person: PersonId
    token: str
    expires_at_ms: int


def draw_id(entropy: Entropy) -> str:
    """16 of a-z and 2-7: 80 bits."""
    return base64.b32encode(entropy.draw(ID_BYTES)).decode().lower()


async def give_pass(desk: Desk, hall: HallId, guest: Guest, by: By) -> Given:
    to = _invitation(desk, desk.hall(hall), guest)
    await desk.ask(hall, GivePass(to), by)
    return _signed(desk, hall, to, None)


async def give_seat(desk: Desk, hall: HallId, seat: SeatId, guest: Guest, by: By) -> Given:
    to = _invitation(desk, desk.hall(hall), guest)
    await desk.ask(hall, GiveSeat(seat, to, guest.consented), by)
    return _signed(desk, hall, to, seat)


async def call_hand(
    desk: Desk, hall: HallId, person: PersonId, seat: SeatId | None, by: By
) -> None:
    """Give whoever raised this hand a seat; None: the next that is free."""
    known = desk.hall(hall)
    free = (SeatId(f"floor-{n}") for n in range(1, SEATS_MAX + 2))
    chosen = seat or next(name for name in free if name not in known.floor.seats)
    from_ms = max(desk.ports.clock.now_ms(), known.starts_at_ms or 0)
    wish = CallHand(person, chosen, draw_id(desk.ports.entropy), from_ms + PASS_HOURS * HOUR_MS)
    await desk.ask(hall, wish, by)


async def walk_in(desk: Desk, hall: HallId, name: str, reason: str | None) -> Given:
    """A listener's pass for somebody who came without one, and their hand raised with it."""
    to = _invitation(desk, desk.hall(hall), Guest(Role.LISTENER, name))
    await desk.ask(hall, WalkIn(to, reason), By(to.person, Role.LISTENER))
    return _signed(desk, hall, to, None)


def seat_pass(desk: Desk, hall: Hall, person: PersonId) -> str | None:
    """For one whose hand was called: the same pass as often as they ask."""
    hand = hands.hand_of(hall.floor, person)
    if hand is None or hand.seat is None:
        return None
    expires_at_ms = hall.people.by_id[person].passes.get(hand.jti)
    if expires_at_ms is None:
        return None
    given = Pass(
        person=person,
        hall=hall.hall,
        role=Role.SPEAKER,
        seat=hand.seat,
        issued_s=hand.called_ms // 1000,
        expires_s=expires_at_ms // 1000,
        jti=hand.jti,
    )
    return mint(given, desk.ports.keys.passes)


def owner_pass(desk: Desk) -> Given:
    """For whoever holds the machine or a one-time link."""
    now_ms = desk.ports.clock.now_ms()
    to = Invitation(
        person=PersonId(f"p_{draw_id(desk.ports.entropy)}"),
        role=Role.OWNER,
        name="",
        jti=draw_id(desk.ports.entropy),
        expires_at_ms=now_ms + OWNER_DAYS * 24 * HOUR_MS,
    )
    return _signed(desk, EVERY_HALL, to, None)


async def make_owner_link(desk: Desk, links: OwnerLinks) -> str:
    """The token of a one-time link. Only its hash is kept."""
    token = base64.urlsafe_b64encode(desk.ports.entropy.draw(TOKEN_BYTES)).decode().rstrip("=")
    expires_at_ms = desk.ports.clock.now_ms() + OWNER_LINK_HOURS * HOUR_MS
    await links.add(_hash(token), expires_at_ms)
    return token


async def use_owner_link(desk: Desk, links: OwnerLinks, token: str) -> Given:
    if not await links.use(_hash(token), desk.ports.clock.now_ms()):
        raise Refused("owner_link_used")
    return owner_pass(desk)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _invitation(desk: Desk, hall: Hall, guest: Guest) -> Invitation:
    if guest.hours not in PASS_HOURS_RANGE:
        raise Refused("field_invalid", f"hours: 1 to {PASS_HOURS_RANGE[-1]}.")
    from_ms = max(desk.ports.clock.now_ms(), hall.starts_at_ms or 0)
    return Invitation(
        person=PersonId(f"p_{draw_id(desk.ports.entropy)}"),
        role=guest.role,
        name=guest.name,
        jti=draw_id(desk.ports.entropy),
        expires_at_ms=from_ms + guest.hours * HOUR_MS,
    )


def _signed(desk: Desk, hall: HallId, to: Invitation, seat: SeatId | None) -> Given:
    given = Pass(
        person=to.person,
        hall=hall,
        role=to.role,
        seat=seat,
        issued_s=desk.ports.clock.now_ms() // 1000,
        expires_s=to.expires_at_ms // 1000,
        jti=to.jti,
    )
    return Given(to.person, mint(given, desk.ports.keys.passes), to.expires_at_ms)
