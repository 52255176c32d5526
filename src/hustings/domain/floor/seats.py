"""The seats of the stage: who has them, who agreed to be recorded, and which lines stand."""

from hustings.domain import events as ev
from hustings.domain.floor.floor import SEATS_MAX, Floor, seats_of
from hustings.domain.ids import PersonId, SeatId
from hustings.domain.refusals import Refused
from hustings.domain.roles import SEATED, Power, may
from hustings.domain.wishes import By, GiveConsent, GiveSeat, NoteLineDown, NoteLineUp


def give_seat(floor: Floor, wish: GiveSeat, *, by: By, now_ms: int) -> list[ev.Event]:
    if not may(by.role, Power.GIVE_SEATS):
        raise Refused("not_allowed", f"A {by.role} cannot give seats.")
    if wish.to.role not in SEATED:
        raise Refused("field_invalid", f"role: a {wish.to.role} has no seat on the stage.")
    if wish.seat in floor.seats:
        raise Refused("seat_exists", f"Seat {wish.seat} is taken.")
    if len(floor.seats) >= SEATS_MAX:
        raise Refused("seats_full", f"There are {SEATS_MAX} seats.")
    host = wish.to.role != "speaker"
    given = ev.SeatGiven(
        seat=wish.seat, person=wish.to.person, host=host, by=by.person, at_ms=now_ms
    )
    return [given, *([_consent(wish.seat, wish.to.person, by, now_ms)] if wish.consented else [])]


def free_seat(floor: Floor, seat: SeatId, *, by: By, now_ms: int) -> list[ev.Event]:
    if not may(by.role, Power.GIVE_SEATS):
        raise Refused("not_allowed", f"A {by.role} cannot free seats.")
    if seat not in floor.seats:
        raise Refused("seat_unknown", f"{seat}")
    return [ev.SeatFreed(seat=seat, by=by.person, at_ms=now_ms)]


def give_consent(floor: Floor, wish: GiveConsent, *, by: By, now_ms: int) -> list[ev.Event]:
    """By the person; or noted for them by one who may give seats. Twice grants nothing."""
    own = seats_of(floor, by.person)
    seats = own if wish.seat is None else [wish.seat]
    if not seats or not set(seats) <= floor.seats.keys():
        raise Refused("seat_unknown", wish.seat or "")
    if not (set(seats) <= set(own) or may(by.role, Power.GIVE_SEATS)):
        raise Refused("not_allowed", f"A {by.role} cannot agree for somebody else.")
    unsaid = [floor.seats[seat] for seat in seats if not floor.seats[seat].consented]
    return [_consent(seat.seat, seat.person, by, now_ms) for seat in unsaid]


def _consent(seat: SeatId, person: PersonId, by: By, now_ms: int) -> ev.ConsentGiven:
    return ev.ConsentGiven(seat=seat, person=person, by=by.person, at_ms=now_ms)


def note_line_up(floor: Floor, wish: NoteLineUp, *, by: By, now_ms: int) -> list[ev.Event]:
    """A stage may report the same line twice; the log tells it once."""
    if wish.line in floor.lines:
        return []
    up = ev.LineUp(seat=wish.seat, line=wish.line, person=wish.person, by=by.person, at_ms=now_ms)
    return [up]


def note_line_down(floor: Floor, wish: NoteLineDown, *, by: By, now_ms: int) -> list[ev.Event]:
    seat = floor.lines.get(wish.line)
    if seat is None:
        return []
    down = ev.LineDown(seat=seat, line=wish.line, reason=wish.reason, by=by.person, at_ms=now_ms)
    return [down]
