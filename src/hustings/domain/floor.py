"""The floor: the seats of the stage, who has them, and which lines stand.

Seats refer to people by id; what somebody is called is in people.py. Hands and queues come with
the questions of a later release.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hustings.domain import events as ev
from hustings.domain.ids import LineId, PersonId, SeatId
from hustings.domain.refusals import Refused
from hustings.domain.roles import SEATED, Power, may
from hustings.domain.wishes import By, GiveConsent, GiveSeat, NoteLineDown, NoteLineUp

SEATS_MAX = 60
"""More voices than this at one table is not a conversation; a stage mixes them all every 20 ms."""


@dataclass(frozen=True)
class Seat:
    seat: SeatId
    person: PersonId
    host: bool
    consented: bool = False
    """Whether this person agreed to be recorded."""


@dataclass(frozen=True)
class Floor:
    seats: Mapping[SeatId, Seat] = field(default_factory=dict)
    lines: Mapping[LineId, SeatId] = field(default_factory=dict)


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


def seats_of(floor: Floor, person: PersonId) -> list[SeatId]:
    return [seat.seat for seat in floor.seats.values() if seat.person == person]


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


def evolve(floor: Floor, event: ev.Event) -> Floor:
    match event:
        case ev.SeatGiven(seat=seat, person=person, host=host):
            return replace(floor, seats={**floor.seats, seat: Seat(seat, person, host)})
        case ev.SeatFreed(seat=seat):
            return replace(floor, seats={k: v for k, v in floor.seats.items() if k != seat})
        case ev.ConsentGiven(seat=seat):
            consenting = replace(floor.seats[seat], consented=True)
            return replace(floor, seats={**floor.seats, seat: consenting})
        case ev.LineUp(seat=seat, line=line):
            return replace(floor, lines={**floor.lines, line: seat})
        case ev.LineDown(line=line):
            return replace(floor, lines={k: v for k, v in floor.lines.items() if k != line})
    return floor
