"""A hall, and the one door through which every wish goes.

`decide` turns a wish into the events that grant it or refuses with a reason; `evolve` folds events
into what stands; `deadline` says when the hall wants to move by itself and `due` makes that move.
`now_ms` comes with the wish. What each part of a hall decides is in its own file.
"""

from dataclasses import dataclass, field, replace

from hustings.domain import captions as said
from hustings.domain import events as ev
from hustings.domain import floor as floors
from hustings.domain import life as lives
from hustings.domain import people as folk
from hustings.domain import plan as plans
from hustings.domain.captions import CAPTIONED, Captions
from hustings.domain.floor import Floor, air, hands, seats
from hustings.domain.ids import HallId, PersonId
from hustings.domain.life import GRANTED, MOVES, START_MS, WISHED_MOVES, Life, State
from hustings.domain.people import People
from hustings.domain.plan import Plan
from hustings.domain.refusals import Refused
from hustings.domain.roles import Power, may
from hustings.domain.wishes import (
    BringUp,
    By,
    CallHand,
    CancelHall,
    CreateHall,
    Dump,
    ErasePerson,
    FreeSeat,
    GiveConsent,
    GivePass,
    GiveSeat,
    IntendSilence,
    LeadFloor,
    LowerHand,
    MoveHall,
    MoveRundown,
    MuteSeat,
    NoteAir,
    NoteLineDown,
    NoteLineProven,
    NoteLineUp,
    NoteTalk,
    Postpone,
    RaiseHand,
    Say,
    SetAirDelay,
    SetBudget,
    SetRecording,
    SetRundown,
    SetSounds,
    SlipStart,
    SuppressNoise,
    TakeCharge,
    TakeDown,
    TakeSide,
    WalkIn,
    Wish,
)

__all__ = ["BEFORE_DOORS", "GRANTED", "MOVES", "WISHED_MOVES", "Hall", "State"]

TITLE_CHARS_MAX = 120
WINDOW_MS = range(200, 5001)

BEFORE_DOORS = frozenset({State.DRAFT, State.ANNOUNCED})
"""Where recording and air delay can still be settled: whoever comes in knows what holds."""

NEEDS: dict[type[Wish], Power] = {
    MoveHall: Power.RUN_HALL,
    SlipStart: Power.RUN_HALL,
    Postpone: Power.RUN_HALL,
    CancelHall: Power.RUN_HALL,
    SetRecording: Power.RUN_HALL,
    SetAirDelay: Power.RUN_HALL,
    Dump: Power.RUN_HALL,
    GivePass: Power.GIVE_PASSES,
    LeadFloor: Power.LEAD_FLOOR,
    BringUp: Power.LEAD_FLOOR,
    TakeDown: Power.LEAD_FLOOR,
    MuteSeat: Power.LEAD_FLOOR,
    SuppressNoise: Power.LEAD_FLOOR,
    TakeSide: Power.LEAD_FLOOR,
    SetBudget: Power.LEAD_FLOOR,
    CallHand: Power.LEAD_FLOOR,
    RaiseHand: Power.RAISE_HAND,
    WalkIn: Power.RAISE_HAND,
    SetRundown: Power.PLAN,
    MoveRundown: Power.PLAN,
    SetSounds: Power.PLAN,
    IntendSilence: Power.PLAN,
    Say: Power.CAPTION,
}
"""The power each wish takes, where it does not depend on what is asked of whom."""

OPEN = frozenset({State.DOORS, State.LIVE, State.PAUSED})
"""Where people are in the room."""

ALSO_AFTER = (
    MoveHall,
    CancelHall,
    SetRecording,
    SetAirDelay,
    Dump,
    FreeSeat,
    ErasePerson,
    NoteLineUp,
    NoteLineDown,
)
"""What can still happen to a hall that has ended."""


@dataclass(frozen=True, kw_only=True)
class Hall:
    hall: HallId
    title: str
    window_ms: int
    series: HallId | None = None
    recorded: bool = False
    life: Life = field(default_factory=Life)
    plan: Plan = field(default_factory=Plan)
    floor: Floor = field(default_factory=Floor)
    people: People = field(default_factory=People)
    captions: Captions = field(default_factory=Captions)
    air: str = "voiced"
    """What was last found on the air (`ev.AirNoted`)."""

    @property
    def state(self) -> State:
        return self.life.state

    @property
    def since_ms(self) -> int:
        return self.life.since_ms

    @property
    def starts_at_ms(self) -> int | None:
        return self.life.starts_at_ms


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
    at_ms, who = now_ms, by.person
    created: list[ev.Event] = [
        ev.HallCreated(
            hall=wish.hall,
            title=title,
            starts_at_ms=wish.starts_at_ms,
            window_ms=wish.window_ms,
            by=who,
            at_ms=at_ms,
        )
    ]
    if wish.record:
        created.append(ev.RecordingSet(on=True, by=who, at_ms=at_ms))
    if wish.air_delay_ms:
        created += plans.set_air_delay(Plan(), wish.air_delay_ms, by=who, now_ms=now_ms)
    if wish.series is not None:
        created.append(ev.SeriesSet(series=wish.series, by=who, at_ms=at_ms))
    if wish.led:
        created.append(ev.FloorLed(on=True, by=who, at_ms=at_ms))
    return created


def decide(hall: Hall, wish: Wish, by: By, now_ms: int) -> list[ev.Event]:
    power = NEEDS.get(type(wish))
    if power is not None and not may(by.role, power):
        raise Refused("not_allowed", f"A {by.role} may not do this.")
    if hall.state is State.ENDED and not isinstance(wish, ALSO_AFTER):
        raise Refused("hall_state", "It has ended.")
    for part in (_of_life, _of_people, _of_seats, _of_air, _of_plan, _of_nodes):
        events = part(hall, wish, by, now_ms)
        if events is not None:
            return events
    raise AssertionError(f"nobody decides {type(wish).__name__}")


def deadline(hall: Hall) -> int | None:
    """When the hall next moves by itself. None: not by itself."""
    waiting = [lives.starts_by_itself_at(hall.life), air.gone_at(hall.floor)]
    if hall.state is State.ENDED:
        return None
    return min((at_ms for at_ms in waiting if at_ms is not None), default=None)


def due(hall: Hall, now_ms: int) -> list[ev.Event]:
    at_ms = deadline(hall)
    if at_ms is None or now_ms < at_ms:
        return []
    starts_at_ms = lives.starts_by_itself_at(hall.life)
    starts = starts_at_ms is not None and starts_at_ms <= now_ms
    started = lives.start(hall.life, now_ms) if starts else []
    gone = air.give_up_the_gone(hall.floor, now_ms) if hall.floor.led else []
    return [*started, *gone]


def begin(created: ev.Event) -> Hall:
    assert isinstance(created, ev.HallCreated), "a log opens with hall_created"
    return Hall(
        hall=created.hall,
        title=created.title,
        window_ms=created.window_ms,
        life=lives.evolve(Life(), created),
    )


def evolve(hall: Hall, event: ev.Event) -> Hall:
    match event:
        case ev.RecordingSet(on=on):
            return replace(hall, recorded=on)
        case ev.SeriesSet(series=series):
            return replace(hall, series=series)
        case ev.AirNoted(air=found):
            return replace(hall, air=found)
        case ev.HallMoved(move="start"):
            life = lives.evolve(hall.life, event)
            plan = plans.begins(hall.plan, life.since_ms)
            captions = said.begins(hall.captions, life.since_ms)
            return replace(hall, life=life, plan=plan, captions=captions)
        case ev.CaptionGiven():
            captions = said.evolve(hall.captions, event)
            return replace(hall, captions=captions, people=folk.evolve(hall.people, event))
    return replace(
        hall,
        life=lives.evolve(hall.life, event),
        plan=plans.evolve(hall.plan, event),
        floor=floors.evolve(hall.floor, event),
        people=folk.evolve(hall.people, event),
        captions=said.evolve(hall.captions, event),
    )


def fold(log: list[ev.Event]) -> Hall:
    hall = begin(log[0])
    for event in log[1:]:
        hall = evolve(hall, event)
    return hall


Decided = list[ev.Event] | None


def _of_life(hall: Hall, wish: Wish, by: By, now_ms: int) -> Decided:
    match wish:
        case MoveHall(move):
            return lives.move(hall.life, move, by=by, now_ms=now_ms)
        case SlipStart():
            return lives.slip(hall.life, wish, by=by, now_ms=now_ms)
        case Postpone():
            return lives.postpone(hall.life, wish, by=by, now_ms=now_ms)
        case CancelHall():
            return lives.cancel(hall.life, wish, by=by, now_ms=now_ms)
        case SetRecording(on):
            return _set_recording(hall, by, now_ms, on=on)
    return None


def _of_people(hall: Hall, wish: Wish, by: By, now_ms: int) -> Decided:
    match wish:
        case GivePass(to):
            return folk.invite(to, by=by, now_ms=now_ms)
        case TakeCharge():
            return folk.take_charge(hall.people, wish, by=by, now_ms=now_ms)
        case ErasePerson(person):
            return _erase(hall, person, by, now_ms)
    return None


def _of_seats(hall: Hall, wish: Wish, by: By, now_ms: int) -> Decided:
    match wish:
        case GiveSeat(_, to):
            given = seats.give_seat(hall.floor, wish, by=by, now_ms=now_ms)
            return [*folk.invite(to, by=by, now_ms=now_ms), *given]
        case FreeSeat(seat):
            freed = seats.free_seat(hall.floor, seat, by=by, now_ms=now_ms)
            person = hall.floor.seats[seat].person
            return [*freed, *folk.revoke_all(hall.people, person, by=by, now_ms=now_ms)]
        case GiveConsent():
            return seats.give_consent(hall.floor, wish, by=by, now_ms=now_ms)
        case RaiseHand():
            return hands.raise_hand(hall.floor, wish, by=by, now_ms=now_ms)
        case WalkIn(to, reason):
            folk.must_have_room(hall.people, is_open=hall.state in OPEN)
            came = folk.walk_in(to, now_ms=now_ms)
            raised = RaiseHand(reason)
            return [*came, *hands.raise_hand(hall.floor, raised, by=by, now_ms=now_ms)]
        case LowerHand(person):
            return hands.lower_hand(hall.floor, person, by=by, now_ms=now_ms)
        case CallHand(person):
            if person not in hall.people.by_id:
                raise Refused("person_unknown", f"{person}")
            return hands.call_hand(hall.floor, wish, by=by, now_ms=now_ms)
    return None


def _of_air(hall: Hall, wish: Wish, by: By, now_ms: int) -> Decided:
    match wish:
        case LeadFloor(on):
            return air.lead(hall.floor, on=on, by=by, now_ms=now_ms)
        case BringUp():
            return air.bring_up(hall.floor, wish, by=by, now_ms=now_ms)
        case TakeDown(seat):
            return air.take_down(hall.floor, seat, by=by, now_ms=now_ms)
        case MuteSeat():
            return air.mute(hall.floor, wish, by=by, now_ms=now_ms)
        case SuppressNoise():
            return air.suppress(hall.floor, wish, by=by, now_ms=now_ms)
        case TakeSide():
            return air.take_side(hall.floor, wish, by=by, now_ms=now_ms)
        case SetBudget():
            return air.set_budget(hall.floor, wish, by=by, now_ms=now_ms)
    return None


def _of_plan(hall: Hall, wish: Wish, by: By, now_ms: int) -> Decided:
    who = by.person
    match wish:
        case SetRundown(items):
            return plans.set_items(hall.plan, items, by=who, now_ms=now_ms)
        case MoveRundown(item):
            if hall.state not in (State.LIVE, State.PAUSED):
                raise Refused("hall_state", f"It is {hall.state}; nothing is on yet.")
            return plans.move_to(hall.plan, item, by=who, now_ms=now_ms)
        case SetSounds(sounds):
            return plans.set_sounds(hall.plan, sounds, by=who, now_ms=now_ms)
        case IntendSilence(on):
            return plans.intend_silence(hall.plan, on=on, by=who, now_ms=now_ms)
        case SetAirDelay(delay_ms):
            return _set_air_delay(hall, delay_ms, by, now_ms)
        case Dump():
            return _dump(hall, by, now_ms)
        case Say():
            if hall.state not in CAPTIONED:
                raise Refused("hall_state", f"It is {hall.state}; nothing is said yet.")
            return said.say(hall.captions, wish, by=by, now_ms=now_ms)
    return None


def _of_nodes(hall: Hall, wish: Wish, by: By, now_ms: int) -> Decided:
    match wish:
        case NoteLineUp():
            return seats.note_line_up(hall.floor, wish, by=by, now_ms=now_ms)
        case NoteLineDown():
            return seats.note_line_down(hall.floor, wish, by=by, now_ms=now_ms)
        case NoteLineProven():
            return air.note_proven(hall.floor, wish, by=by, now_ms=now_ms)
        case NoteTalk():
            return air.note_talk(hall.floor, wish, by=by, now_ms=now_ms)
        case NoteAir(found, part_no):
            if found == hall.air:
                return []
            return [ev.AirNoted(air=found, part_no=part_no, by=by.person, at_ms=now_ms)]
    return None


def _set_recording(hall: Hall, by: By, now_ms: int, *, on: bool) -> list[ev.Event]:
    if hall.recorded == on:
        return []
    if hall.state not in BEFORE_DOORS:
        raise Refused("hall_state", f"It is {hall.state}; recording is settled before doors.")
    return [ev.RecordingSet(on=on, by=by.person, at_ms=now_ms)]


def _set_air_delay(hall: Hall, delay_ms: int, by: By, now_ms: int) -> list[ev.Event]:
    if hall.state not in BEFORE_DOORS and delay_ms != hall.plan.air_delay_ms:
        raise Refused("hall_state", f"It is {hall.state}; the air delay is settled before doors.")
    return plans.set_air_delay(hall.plan, delay_ms, by=by.person, now_ms=now_ms)


def _dump(hall: Hall, by: By, now_ms: int) -> list[ev.Event]:
    """Also just after the end: its last words still wait."""
    wait_ms = plans.delay_ms(hall.plan) + hall.window_ms
    waits = hall.state is State.ENDED and now_ms - hall.since_ms < wait_ms
    if not (waits or hall.state in (State.LIVE, State.PAUSED)):
        raise Refused("hall_state", f"It is {hall.state}; nothing waits to be heard.")
    return plans.dump(hall.plan, hall.window_ms, by=by.person, now_ms=now_ms)


def _erase(hall: Hall, person: PersonId, by: By, now_ms: int) -> list[ev.Event]:
    """Whoever is erased leaves their seat too: a seat must show a name, and none is left."""
    erased = folk.erase(hall.people, person, by=by, now_ms=now_ms)
    if not erased:
        return []
    left = floors.seats_of(hall.floor, person)
    return [*(ev.SeatFreed(seat=s, by=by.person, at_ms=now_ms) for s in left), *erased]
