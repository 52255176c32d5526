"""A hall: its lifecycle, and the one door through which every wish goes.

`decide` turns a wish into the events that grant it or refuses with a reason; `evolve` folds events
into what stands; `deadline` says when the hall wants to move by itself and `due` makes that move.
`now_ms` comes with the wish.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from hustings.domain import events as ev
from hustings.domain import floor as floors
from hustings.domain import people as folk
from hustings.domain.floor import Floor
from hustings.domain.ids import CLOCK, HallId, PersonId
from hustings.domain.people import People
from hustings.domain.refusals import Refused
from hustings.domain.roles import Power, Role, may
from hustings.domain.wishes import (
    By,
    CreateHall,
    ErasePerson,
    FreeSeat,
    GiveConsent,
    GivePass,
    GiveSeat,
    MoveHall,
    NoteLineDown,
    NoteLineUp,
    SetRecording,
    Wish,
)

TITLE_CHARS_MAX = 120
WINDOW_MS = range(200, 5001)
START_MS = range(1_000_000_000_000, 10_000_000_000_000)


class State(StrEnum):
    DRAFT = "draft"
    ANNOUNCED = "announced"
    DOORS = "doors"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"


S = State

MOVES: dict[tuple[State, str], State] = {
    (S.DRAFT, "announce"): S.ANNOUNCED,
    (S.DRAFT, "open"): S.DOORS,
    (S.ANNOUNCED, "open"): S.DOORS,
    (S.DOORS, "start"): S.LIVE,
    (S.LIVE, "pause"): S.PAUSED,
    (S.PAUSED, "resume"): S.LIVE,
    (S.DRAFT, "end"): S.ENDED,
    (S.ANNOUNCED, "end"): S.ENDED,
    (S.DOORS, "end"): S.ENDED,
    (S.LIVE, "end"): S.ENDED,
    (S.PAUSED, "end"): S.ENDED,
}
"""The lifecycle. A move that is not here is refused, except where it has been granted already."""

GRANTED: dict[str, frozenset[State]] = {
    "announce": frozenset({S.ANNOUNCED}),
    "open": frozenset({S.DOORS, S.LIVE}),
    "pause": frozenset({S.PAUSED}),
    "resume": frozenset({S.LIVE}),
    "end": frozenset({S.ENDED}),
}
"""Where a move has nothing left to do: two people who press the same button both get their wish."""

RECORDING_OPEN = frozenset({S.DRAFT, S.ANNOUNCED})
"""Where it can still be said whether the hall is recorded: whoever comes in knows what holds."""

WISHED_MOVES = frozenset(GRANTED)
"""What people may ask for. `start` is the clock's own."""


@dataclass(frozen=True, kw_only=True)
class Hall:
    hall: HallId
    title: str
    window_ms: int
    starts_at_ms: int | None
    state: State = State.DRAFT
    since_ms: int = 0
    recorded: bool = False
    floor: Floor = field(default_factory=Floor)
    people: People = field(default_factory=People)


def create(wish: CreateHall, *, by: By, now_ms: int) -> list[ev.Event]:
    if not may(by.role, Power.CREATE_HALLS):
        raise Refused("not_allowed", f"A {by.role} cannot create town halls.")
    title = " ".join(wish.title.split())
    if not (title and len(title) <= TITLE_CHARS_MAX and title.isprintable()):
        raise Refused("field_invalid", f"title: 1 to {TITLE_CHARS_MAX} printable characters.")
    if wish.window_ms not in WINDOW_MS:
        raise Refused("field_invalid", "window_ms: 200 to 5000.")
    if wish.starts_at_ms is not None and wish.starts_at_ms not in START_MS:
        raise Refused("field_invalid", "starts_at: a time between 2001 and 2286.")
    created = ev.HallCreated(
        hall=wish.hall,
        title=title,
        starts_at_ms=wish.starts_at_ms,
        window_ms=wish.window_ms,
        by=by.person,
        at_ms=now_ms,
    )
    recording = ev.RecordingSet(on=True, by=by.person, at_ms=now_ms)
    return [created, *([recording] if wish.record else [])]


def decide(hall: Hall, wish: Wish, by: By, now_ms: int) -> list[ev.Event]:
    match wish:
        case MoveHall(move):
            return _move(hall, move, by, now_ms)
        case SetRecording(on):
            return _set_recording(hall, by, now_ms, on=on)
        case GivePass(to):
            _must(by, Power.GIVE_PASSES)
            _must_not_be_over(hall)
            return folk.invite(to, by=by, now_ms=now_ms)
        case GiveSeat(_, to):
            _must_not_be_over(hall)
            given = floors.give_seat(hall.floor, wish, by=by, now_ms=now_ms)
            return [*folk.invite(to, by=by, now_ms=now_ms), *given]
        case FreeSeat(seat):
            freed = floors.free_seat(hall.floor, seat, by=by, now_ms=now_ms)
            person = hall.floor.seats[seat].person
            return [*freed, *folk.revoke_all(hall.people, person, by=by, now_ms=now_ms)]
        case GiveConsent():
            _must_not_be_over(hall)
            return floors.give_consent(hall.floor, wish, by=by, now_ms=now_ms)
        case ErasePerson(person):
            return _erase(hall, person, by, now_ms)
        case NoteLineUp():
            return floors.note_line_up(hall.floor, wish, by=by, now_ms=now_ms)
        case NoteLineDown():
            return floors.note_line_down(hall.floor, wish, by=by, now_ms=now_ms)


def deadline(hall: Hall) -> int | None:
    """When the hall goes live by itself, host or no host. None: not by itself."""
    if hall.state in (State.ANNOUNCED, State.DOORS):
        return hall.starts_at_ms
    return None


def due(hall: Hall, now_ms: int) -> list[ev.Event]:
    at_ms = deadline(hall)
    if at_ms is None or now_ms < at_ms:
        return []
    clock = By(CLOCK, Role.OWNER)
    doors = [] if hall.state is State.DOORS else [_moved(hall.state, "open", clock, now_ms)]
    return [*doors, _moved(State.DOORS, "start", clock, now_ms)]


def begin(created: ev.Event) -> Hall:
    assert isinstance(created, ev.HallCreated), "a log opens with hall_created"
    return Hall(
        hall=created.hall,
        title=created.title,
        window_ms=created.window_ms,
        starts_at_ms=created.starts_at_ms,
        since_ms=created.at_ms,
    )


def evolve(hall: Hall, event: ev.Event) -> Hall:
    if isinstance(event, ev.HallMoved):
        return replace(hall, state=State(event.state), since_ms=event.at_ms)
    if isinstance(event, ev.RecordingSet):
        return replace(hall, recorded=event.on)
    return replace(
        hall,
        floor=floors.evolve(hall.floor, event),
        people=folk.evolve(hall.people, event),
    )


def fold(log: list[ev.Event]) -> Hall:
    hall = begin(log[0])
    for event in log[1:]:
        hall = evolve(hall, event)
    return hall


def _move(hall: Hall, move: str, by: By, now_ms: int) -> list[ev.Event]:
    _must(by, Power.RUN_HALL)
    if hall.state in GRANTED[move]:
        return []
    if (hall.state, move) not in MOVES:
        raise Refused("hall_state", f"It is {hall.state}; {move} does not lead on from there.")
    past = hall.starts_at_ms is not None and hall.starts_at_ms <= now_ms
    if move == "announce" and past:
        raise Refused("hall_state", "Its start has passed; open it instead.")
    moved = [_moved(hall.state, move, by, now_ms)]
    if move == "open" and (hall.starts_at_ms is None or past):
        moved.append(_moved(State.DOORS, "start", by, now_ms))
    return list(moved)


def _moved(state: State, move: str, by: By, now_ms: int) -> ev.HallMoved:
    return ev.HallMoved(move=move, state=MOVES[state, move], by=by.person, at_ms=now_ms)


def _set_recording(hall: Hall, by: By, now_ms: int, *, on: bool) -> list[ev.Event]:
    _must(by, Power.RUN_HALL)
    if hall.recorded == on:
        return []
    if hall.state not in RECORDING_OPEN:
        raise Refused("hall_state", f"It is {hall.state}; recording is settled before doors.")
    return [ev.RecordingSet(on=on, by=by.person, at_ms=now_ms)]


def _erase(hall: Hall, person: PersonId, by: By, now_ms: int) -> list[ev.Event]:
    """Whoever is erased leaves their seat too: a seat must show a name, and none is left."""
    erased = folk.erase(hall.people, person, by=by, now_ms=now_ms)
    if not erased:
        return []
    seats = floors.seats_of(hall.floor, person)
    return [*(ev.SeatFreed(seat=s, by=by.person, at_ms=now_ms) for s in seats), *erased]


def _must(by: By, power: Power) -> None:
    if not may(by.role, power):
        raise Refused("not_allowed", f"A {by.role} may not do this.")


def _must_not_be_over(hall: Hall) -> None:
    if hall.state is State.ENDED:
        raise Refused("hall_state", "It has ended.")
