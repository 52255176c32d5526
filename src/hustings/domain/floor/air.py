"""Who is on air: brought up once a line is proven, taken down, muted; time, where it is bounded.

A floor that is not led has everyone with a seat on air until somebody is taken down.
"""

from hustings.domain import events as ev
from hustings.domain.floor.floor import Budget, Floor, Seat, is_proven, lines_of, on_air, seats_of
from hustings.domain.ids import CLOCK, PersonId, SeatId
from hustings.domain.refusals import Refused
from hustings.domain.wishes import (
    BringUp,
    By,
    MuteSeat,
    NoteLineProven,
    NoteTalk,
    SetBudget,
    SuppressNoise,
    TakeSide,
)

HOLD_MS = 60_000
"""So long a seat on air is kept for somebody whose line is gone."""
BUDGET_MS = range(1000, 24 * 3_600_000 + 1)
SIDE_CHARS_MAX = 40


def lead(floor: Floor, *, on: bool, by: By, now_ms: int) -> list[ev.Event]:
    return [] if floor.led == on else [ev.FloorLed(on=on, by=by.person, at_ms=now_ms)]


def bring_up(floor: Floor, wish: BringUp, *, by: By, now_ms: int) -> list[ev.Event]:
    seat = _known(floor, wish.seat)
    if on_air(floor, seat):
        return []
    if not lines_of(floor, seat.seat):
        raise Refused("line_absent", f"{seat.seat}")
    if not is_proven(floor, seat.seat):
        raise Refused("line_unproven", f"{seat.seat}")
    return [ev.BroughtUp(seat=seat.seat, person=seat.person, by=by.person, at_ms=now_ms)]


def take_down(floor: Floor, seat_id: SeatId, *, by: By, now_ms: int) -> list[ev.Event]:
    seat = _known(floor, seat_id)
    return [_down(seat, "asked", by.person, now_ms)] if on_air(floor, seat) else []


def mute(floor: Floor, wish: MuteSeat, *, by: By, now_ms: int) -> list[ev.Event]:
    seat = _known(floor, wish.seat)
    if seat.muted == wish.on:
        return []
    muted = ev.SeatMuted(seat=seat.seat, person=seat.person, on=wish.on, by=by.person, at_ms=now_ms)
    return [muted]


def suppress(floor: Floor, wish: SuppressNoise, *, by: By, now_ms: int) -> list[ev.Event]:
    seat = _known(floor, wish.seat)
    if seat.suppressed == wish.on:
        return []
    who, on = seat.person, wish.on
    return [ev.NoiseSuppressed(seat=seat.seat, person=who, on=on, by=by.person, at_ms=now_ms)]


def note_proven(floor: Floor, wish: NoteLineProven, *, by: By, now_ms: int) -> list[ev.Event]:
    seat = floor.lines.get(wish.line)
    if seat is None or wish.line in floor.proven:
        return []
    return [ev.LineProven(seat=seat, line=wish.line, how=wish.how, by=by.person, at_ms=now_ms)]


def gone_at(floor: Floor) -> int | None:
    """When the first of those who are gone loses their place on air."""
    waiting = [
        seat.gone_ms + HOLD_MS
        for seat in floor.seats.values()
        if seat.up and seat.gone_ms is not None
    ]
    return min(waiting, default=None) if floor.led else None


def give_up_the_gone(floor: Floor, now_ms: int) -> list[ev.Event]:
    return [
        _down(seat, "gone", CLOCK, now_ms)
        for seat in floor.seats.values()
        if seat.up and seat.gone_ms is not None and seat.gone_ms + HOLD_MS <= now_ms
    ]


def take_side(floor: Floor, wish: TakeSide, *, by: By, now_ms: int) -> list[ev.Event]:
    person = _known(floor, wish.seat).person
    side = None if wish.side is None else _side(wish.side)
    if floor.sides.get(person) == side:
        return []
    return [ev.SideTaken(person=person, side=side, by=by.person, at_ms=now_ms)]


def set_budget(floor: Floor, wish: SetBudget, *, by: By, now_ms: int) -> list[ev.Event]:
    if wish.budget_ms is not None and wish.budget_ms not in BUDGET_MS:
        raise Refused("field_invalid", "budget_ms: from a second to a day.")
    side = None if wish.side is None else _side(wish.side)
    wanted = None if wish.budget_ms is None else Budget(wish.budget_ms, wish.enforced)
    if floor.budgets.get(side) == wanted:
        return []
    enforced = wish.enforced and wanted is not None
    given = ev.BudgetSet(
        side=side, budget_ms=wish.budget_ms, enforced=enforced, by=by.person, at_ms=now_ms
    )
    return [given]


def note_talk(floor: Floor, wish: NoteTalk, *, by: By, now_ms: int) -> list[ev.Event]:
    """Each part counts once. Whoever has spent their time is taken down, where that is enforced."""
    if wish.from_part < floor.talked_to or wish.to_part <= wish.from_part:
        return []
    voiced: dict[PersonId, int] = {}
    for seat, ms in wish.voiced_ms.items():
        if seat in floor.seats and ms > 0:
            person = floor.seats[seat].person
            voiced[person] = voiced.get(person, 0) + ms
    counted = ev.TalkCounted(
        from_part=wish.from_part,
        to_part=wish.to_part,
        voiced_ms=voiced,
        by=by.person,
        at_ms=now_ms,
    )
    return [counted, *_end_what_is_spent(floor, voiced, now_ms)] if voiced else []


def spent_ms(floor: Floor, side: str | None, person: PersonId | None = None) -> int:
    """What a side has spoken for, or one person."""
    if side is None:
        return floor.talked_ms.get(person, 0) if person else 0
    return sum(ms for who, ms in floor.talked_ms.items() if floor.sides.get(who) == side)


def _end_what_is_spent(floor: Floor, voiced: dict[PersonId, int], now_ms: int) -> list[ev.Event]:
    after: dict[PersonId, int] = {
        who: floor.talked_ms.get(who, 0) + voiced.get(who, 0)
        for who in floor.talked_ms.keys() | voiced.keys()
    }
    over: set[PersonId] = set()
    for side, budget in floor.budgets.items():
        if not budget.enforced:
            continue
        if side is None:
            over |= {who for who, ms in after.items() if ms >= budget.budget_ms}
        else:
            of_side = {who for who in floor.sides if floor.sides[who] == side}
            if sum(after.get(who, 0) for who in of_side) >= budget.budget_ms:
                over |= of_side
    seats = [floor.seats[seat] for who in sorted(over) for seat in seats_of(floor, who)]
    return [_down(seat, "time", CLOCK, now_ms) for seat in seats if on_air(floor, seat)]


def _down(seat: Seat, reason: str, by: PersonId, now_ms: int) -> ev.TakenDown:
    return ev.TakenDown(seat=seat.seat, person=seat.person, reason=reason, by=by, at_ms=now_ms)


def _known(floor: Floor, seat: SeatId) -> Seat:
    if seat not in floor.seats:
        raise Refused("seat_unknown", f"{seat}")
    return floor.seats[seat]


def _side(text: str) -> str:
    side = " ".join(text.split())
    if side and len(side) <= SIDE_CHARS_MAX and side.isprintable():
        return side
    raise Refused("field_invalid", f"side: 1 to {SIDE_CHARS_MAX} printable characters.")
