"""The life of a hall: from draft to its end, and when it moves by itself.

It begins on the announced second, whoever is or is not there. A start is slipped or postponed at
the same address; a hall is called off only by one who was told how many are waiting.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from hustings.domain import events as ev
from hustings.domain.ids import CLOCK, PersonId
from hustings.domain.refusals import Refused
from hustings.domain.wishes import By, CancelHall, Postpone, SlipStart

START_MS = range(1_000_000_000_000, 10_000_000_000_000)
SLIP_MINUTES = (1, 5)
CONFIRM_MS = 60_000
"""So long an answer to "do you mean it?" counts."""


class State(StrEnum):
    DRAFT = "draft"
    ANNOUNCED = "announced"
    DOORS = "doors"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"


S = State

WAITING = frozenset({S.ANNOUNCED, S.DOORS})
"""Before the start."""

MOVES: dict[tuple[State, str], State] = {
    (S.DRAFT, "announce"): S.ANNOUNCED,
    (S.DRAFT, "open"): S.DOORS,
    (S.ANNOUNCED, "open"): S.DOORS,
    (S.DOORS, "start"): S.LIVE,
    (S.LIVE, "pause"): S.PAUSED,
    (S.PAUSED, "resume"): S.LIVE,
    (S.DRAFT, "end"): S.ENDED,
    (S.ANNOUNCED, "cancel"): S.ENDED,
    (S.DOORS, "cancel"): S.ENDED,
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

POSTPONED_FROM = frozenset({S.ANNOUNCED, S.DOORS, S.PAUSED})
"""A hall that is live is paused first: nobody is cut off in mid-sentence."""

WISHED_MOVES = frozenset(GRANTED)
"""What people may ask for by name. `start` is the clock's own, `cancel` is asked twice."""


@dataclass(frozen=True)
class Asked:
    """Whether the hall is to be called off, and what the asker was told."""

    by: PersonId
    at_ms: int
    waiting: int


@dataclass(frozen=True)
class Grace:
    """Passes that were good at `from_ms` are good until `until_ms`: the hall was postponed."""

    from_ms: int
    until_ms: int


@dataclass(frozen=True)
class Life:
    state: State = State.DRAFT
    since_ms: int = 0
    starts_at_ms: int | None = None
    cancel_asked: Asked | None = None
    cancelled: bool = False
    grace: Grace | None = None
    began_ms: int | None = None
    """When it first went live, since it was last announced."""
    times: int = 0
    """How often the start was changed."""


def move(life: Life, move: str, *, by: By, now_ms: int) -> list[ev.Event]:
    if life.state in GRANTED[move]:
        return []
    if (life.state, move) not in MOVES:
        raise Refused("hall_state", f"It is {life.state}; {move} does not lead on from there.")
    past = life.starts_at_ms is not None and life.starts_at_ms <= now_ms
    if move == "announce" and past:
        raise Refused("hall_state", "Its start has passed; open it instead.")
    moved = [_moved(life.state, move, by.person, now_ms)]
    if move == "open" and (life.starts_at_ms is None or past):
        moved.append(_moved(State.DOORS, "start", by.person, now_ms))
    return list(moved)


def slip(life: Life, wish: SlipStart, *, by: By, now_ms: int) -> list[ev.Event]:
    if wish.minutes not in SLIP_MINUTES:
        raise Refused("field_invalid", "minutes: 1 or 5.")
    if life.state not in WAITING or life.starts_at_ms is None:
        raise Refused("hall_state", f"It is {life.state}; only a start to come can be slipped.")
    if wish.from_ms != life.starts_at_ms:
        if wish.from_ms + wish.minutes * 60_000 == life.starts_at_ms:
            return []
        raise Refused("hall_state", "Its start was moved meanwhile.")
    by_ms = wish.minutes * 60_000
    starts_at_ms = life.starts_at_ms + by_ms
    slipped = ev.HallSlipped(starts_at_ms=starts_at_ms, by_ms=by_ms, by=by.person, at_ms=now_ms)
    return [slipped]


def postpone(life: Life, wish: Postpone, *, by: By, now_ms: int) -> list[ev.Event]:
    if life.state not in POSTPONED_FROM:
        raise Refused("hall_state", f"It is {life.state}; it cannot be postponed from there.")
    if wish.starts_at_ms not in START_MS or wish.starts_at_ms <= now_ms:
        raise Refused("field_invalid", "starts_at: a time to come.")
    if life.state is State.ANNOUNCED and wish.starts_at_ms == life.starts_at_ms:
        return []
    postponed = ev.HallPostponed(
        starts_at_ms=wish.starts_at_ms,
        passes_until_ms=wish.passes_until_ms,
        by=by.person,
        at_ms=now_ms,
    )
    return [postponed]


def cancel(life: Life, wish: CancelHall, *, by: By, now_ms: int) -> list[ev.Event]:
    """First the question, which says how many wait; within a minute the same person's yes."""
    if life.cancelled:
        return []
    if (life.state, "cancel") not in MOVES:
        raise Refused("hall_state", f"It is {life.state}; it cannot be cancelled.")
    asked = life.cancel_asked
    meant = asked is not None and asked.by == by.person and now_ms - asked.at_ms <= CONFIRM_MS
    if not wish.confirmed:
        return [ev.CancelAsked(waiting=wish.waiting, by=by.person, at_ms=now_ms)]
    if not meant:
        raise Refused("cancel_unasked", f"{wish.waiting} are waiting.")
    return [_moved(life.state, "cancel", by.person, now_ms)]


def starts_by_itself_at(life: Life) -> int | None:
    """When the hall goes live, host or no host. None: not by itself."""
    return life.starts_at_ms if life.state in WAITING else None


def start(life: Life, now_ms: int) -> list[ev.Event]:
    doors = [] if life.state is State.DOORS else [_moved(life.state, "open", CLOCK, now_ms)]
    return [*doors, _moved(State.DOORS, "start", CLOCK, now_ms)]


def evolve(life: Life, event: ev.Event) -> Life:
    match event:
        case ev.HallCreated(starts_at_ms=starts_at_ms, at_ms=at_ms):
            return replace(life, starts_at_ms=starts_at_ms, since_ms=at_ms)
        case ev.HallMoved(move=move, state=state, by=by, at_ms=at_ms):
            # Stages began on the second, whenever the desk came to write it down.
            on_time = move == "start" and by == CLOCK and life.starts_at_ms is not None
            since_ms = life.starts_at_ms if on_time and life.starts_at_ms else at_ms
            cancelled = move == "cancel"
            moved = replace(life, state=State(state), since_ms=since_ms, cancelled=cancelled)
            if move == "start" and life.began_ms is None:
                moved = replace(moved, began_ms=since_ms)
            return replace(moved, cancel_asked=None)
        case ev.HallSlipped(starts_at_ms=starts_at_ms):
            return replace(life, starts_at_ms=starts_at_ms, times=life.times + 1)
        case ev.HallPostponed(starts_at_ms=starts_at_ms, passes_until_ms=until, at_ms=at_ms):
            before = life.grace
            from_ms = before.from_ms if before and at_ms <= before.until_ms else at_ms
            announced = replace(life, state=State.ANNOUNCED, since_ms=at_ms, cancel_asked=None)
            moved = replace(announced, starts_at_ms=starts_at_ms, times=life.times + 1)
            moved = replace(moved, began_ms=None)
            return replace(moved, grace=Grace(from_ms, until))
        case ev.CancelAsked(waiting=waiting, by=by, at_ms=at_ms):
            return replace(life, cancel_asked=Asked(by, at_ms, waiting))
    return life


def _moved(state: State, move: str, by: PersonId, now_ms: int) -> ev.HallMoved:
    return ev.HallMoved(move=move, state=MOVES[state, move], by=by, at_ms=now_ms)
