"""Raised hands: in order, each with a reason and a position its owner sees, until called."""

from hustings.domain import events as ev
from hustings.domain.floor.floor import SEATS_MAX, Floor, Hand, seats_of
from hustings.domain.ids import PersonId
from hustings.domain.refusals import Refused
from hustings.domain.roles import Power, may
from hustings.domain.wishes import By, CallHand, RaiseHand

HANDS_MAX = 500
REASON_CHARS_MAX = 140


def raise_hand(floor: Floor, wish: RaiseHand, *, by: By, now_ms: int) -> list[ev.Event]:
    """Once; again grants nothing and keeps the place."""
    if hand_of(floor, by.person) is not None:
        return []
    if seats_of(floor, by.person):
        raise Refused("seat_own", "")
    if len(floor.hands) >= HANDS_MAX:
        raise Refused("hands_full", f"{HANDS_MAX} hands are up.")
    reason = " ".join((wish.reason or "").split())
    if len(reason) > REASON_CHARS_MAX or not (reason or " ").isprintable():
        raise Refused("field_invalid", f"reason: at most {REASON_CHARS_MAX} printable characters.")
    who = by.person
    return [ev.HandRaised(person=who, reason=reason or None, by=who, at_ms=now_ms)]


def lower_hand(floor: Floor, person: PersonId | None, *, by: By, now_ms: int) -> list[ev.Event]:
    whose = by.person if person is None else person
    if whose != by.person and not may(by.role, Power.LEAD_FLOOR):
        raise Refused("not_allowed", f"A {by.role} cannot lower somebody else's hand.")
    if hand_of(floor, whose) is None:
        return []
    return [ev.HandLowered(person=whose, by=by.person, at_ms=now_ms)]


def call_hand(floor: Floor, wish: CallHand, *, by: By, now_ms: int) -> list[ev.Event]:
    """A seat in the green room; on air only once its line is proven. Two who call, call once."""
    hand = hand_of(floor, wish.person)
    if hand is None:
        raise Refused("hand_unknown", "")
    if hand.seat is not None:
        return []
    if wish.seat in floor.seats:
        raise Refused("seat_exists", f"Seat {wish.seat} is taken.")
    if len(floor.seats) >= SEATS_MAX:
        raise Refused("seats_full", f"There are {SEATS_MAX} seats.")
    who, seat, asker = wish.person, wish.seat, by.person
    given = ev.SeatGiven(seat=seat, person=who, host=False, by=asker, at_ms=now_ms)
    down = ev.TakenDown(seat=seat, person=who, reason="asked", by=asker, at_ms=now_ms)
    expires_at_ms = wish.expires_at_ms
    passed = ev.PassGiven(
        person=who, jti=wish.jti, expires_at_ms=expires_at_ms, by=asker, at_ms=now_ms
    )
    called = ev.HandCalled(person=who, seat=seat, jti=wish.jti, by=asker, at_ms=now_ms)
    return [given, *([] if floor.led else [down]), passed, called]


def hand_of(floor: Floor, person: PersonId) -> Hand | None:
    return next((hand for hand in floor.hands if hand.person == person), None)


def waiting(floor: Floor) -> dict[PersonId, int]:
    """Who waits to be called, and their position, counted from 1."""
    uncalled = (hand.person for hand in floor.hands if hand.seat is None)
    return {person: place for place, person in enumerate(uncalled, 1)}


def position(floor: Floor, person: PersonId) -> int | None:
    """How many are called before this one, and one; None: not raised, or called."""
    return waiting(floor).get(person)
