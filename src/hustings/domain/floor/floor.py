"""What stands on the floor. Seats refer to people by id; what they are called is in people.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from hustings.domain import events as ev
from hustings.domain.ids import LineId, PersonId, SeatId

K = TypeVar("K")
V = TypeVar("V")

SEATS_MAX = 60
"""More voices than this at one table is not a conversation; a stage mixes them all every 20 ms."""


@dataclass(frozen=True)
class Seat:
    seat: SeatId
    person: PersonId
    host: bool
    consented: bool = False
    """Whether this person agreed to be recorded."""
    up: bool = False
    """Brought up: on air while the hall is live."""
    down: bool = False
    """Taken down: not on air, where the floor is not led."""
    muted: bool = False
    suppressed: bool = False
    """The noise around its microphone is taken out."""
    spent: bool = False
    """Taken down because its time was."""
    gone_ms: int | None = None
    """Since when it has had no line, after it had one."""


@dataclass(frozen=True)
class Hand:
    person: PersonId
    reason: str | None
    at_ms: int
    seat: SeatId | None = None
    """The one that waits for this person, who was called."""
    called_ms: int = 0
    jti: str = ""
    """Of the pass to that seat."""


@dataclass(frozen=True)
class Budget:
    budget_ms: int
    enforced: bool


@dataclass(frozen=True)
class Floor:
    led: bool = False
    """Seats come on air only when they are brought up."""
    seats: Mapping[SeatId, Seat] = field(default_factory=dict)
    lines: Mapping[LineId, SeatId] = field(default_factory=dict)
    proven: Mapping[LineId, str] = field(default_factory=dict)
    """How its owner was found to hear the stage."""
    hands: tuple[Hand, ...] = ()
    """In the order in which they are to be called."""
    sides: Mapping[PersonId, str] = field(default_factory=dict)
    budgets: Mapping[str | None, Budget] = field(default_factory=dict)
    """By side; None: of each person."""
    talked_ms: Mapping[PersonId, int] = field(default_factory=dict)
    talked_to: int = 0
    """The part up to which it is counted."""


def on_air(floor: Floor, seat: Seat) -> bool:
    return seat.up if floor.led else not seat.down


def seats_of(floor: Floor, person: PersonId) -> list[SeatId]:
    return [seat.seat for seat in floor.seats.values() if seat.person == person]


def lines_of(floor: Floor, seat: SeatId) -> list[LineId]:
    return [line for line, of in floor.lines.items() if of == seat]


def is_proven(floor: Floor, seat: SeatId) -> bool:
    return any(line in floor.proven for line in lines_of(floor, seat))


def evolve(floor: Floor, event: ev.Event) -> Floor:
    match event:
        case ev.SeatGiven(seat=seat, person=person, host=host):
            return replace(floor, seats={**floor.seats, seat: Seat(seat, person, host)})
        case ev.SeatFreed(seat=seat):
            person = floor.seats[seat].person
            hands = tuple(h for h in floor.hands if h.person != person or h.seat != seat)
            return replace(floor, seats=_without(floor.seats, seat), hands=hands)
        case ev.ConsentGiven(seat=seat):
            return _seat(floor, seat, consented=True)
        case ev.BroughtUp(seat=seat, person=person):
            hands = tuple(h for h in floor.hands if h.person != person)
            return replace(_seat(floor, seat, up=True, down=False, spent=False), hands=hands)
        case ev.TakenDown(seat=seat, reason=reason):
            return _seat(floor, seat, up=False, down=True, spent=reason == "time")
        case ev.SeatMuted(seat=seat, on=on):
            return _seat(floor, seat, muted=on)
        case ev.NoiseSuppressed(seat=seat, on=on):
            return _seat(floor, seat, suppressed=on)
        case ev.FloorLed(on=on):
            seats = {k: replace(v, up=on_air(floor, v)) for k, v in floor.seats.items()}
            return replace(floor, led=on, seats=seats if on else floor.seats)
        case ev.LineUp() | ev.LineDown() | ev.LineProven():
            return _evolve_lines(floor, event)
        case ev.HandRaised() | ev.HandLowered() | ev.HandCalled():
            return replace(floor, hands=_evolve_hands(floor.hands, event))
    return _evolve_time(floor, event)


def _evolve_lines(floor: Floor, event: ev.LineUp | ev.LineDown | ev.LineProven) -> Floor:
    match event:
        case ev.LineUp(seat=seat, line=line):
            return _seat(replace(floor, lines={**floor.lines, line: seat}), seat, gone_ms=None)
        case ev.LineDown(seat=seat, line=line, at_ms=at_ms):
            lines, proven = _without(floor.lines, line), _without(floor.proven, line)
            left = replace(floor, lines=lines, proven=proven)
            return left if lines_of(left, seat) else _seat(left, seat, gone_ms=at_ms)
        case ev.LineProven(line=line, how=how):
            return replace(floor, proven={**floor.proven, line: how})


def _evolve_hands(
    hands: tuple[Hand, ...], event: ev.HandRaised | ev.HandLowered | ev.HandCalled
) -> tuple[Hand, ...]:
    match event:
        case ev.HandRaised(person=person, reason=reason, at_ms=at_ms):
            return (*hands, Hand(person, reason, at_ms))
        case ev.HandLowered(person=person):
            return tuple(hand for hand in hands if hand.person != person)
        case ev.HandCalled(person=person, seat=seat, jti=jti, at_ms=at_ms):
            return tuple(
                replace(h, seat=seat, called_ms=at_ms, jti=jti) if h.person == person else h
                for h in hands
            )


def _evolve_time(floor: Floor, event: ev.Event) -> Floor:
    match event:
        case ev.SideTaken(person=person, side=side):
            sides = _without(floor.sides, person)
            return replace(floor, sides=sides if side is None else {**sides, person: side})
        case ev.BudgetSet(side=side, budget_ms=budget_ms, enforced=enforced):
            others = _without(floor.budgets, side)
            if budget_ms is None:
                return replace(floor, budgets=others)
            return replace(floor, budgets={**others, side: Budget(budget_ms, enforced)})
        case ev.TalkCounted(to_part=to_part, voiced_ms=voiced_ms):
            talked = dict(floor.talked_ms)
            for person, ms in voiced_ms.items():
                talked[person] = talked.get(person, 0) + ms
            return replace(floor, talked_ms=talked, talked_to=to_part)
        case ev.PersonErased(person=person):
            hands = tuple(hand for hand in floor.hands if hand.person != person)
            return replace(floor, hands=hands)
    return floor


def _seat(floor: Floor, seat: SeatId, **changes: object) -> Floor:
    known = floor.seats.get(seat)
    if known is None:  # Its line outlived it.
        return floor
    return replace(floor, seats={**floor.seats, seat: replace(known, **changes)})  # type: ignore[arg-type]


def _without(kept: Mapping[K, V], key: K) -> dict[K, V]:
    return {k: v for k, v in kept.items() if k != key}
