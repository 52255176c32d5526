"""Promises about the plan of an evening: what is on, what is due, what is over."""

import pytest

from hustings.domain import hall as halls
from hustings.domain.hall import State
from hustings.domain.plan import Item, Kind, Sounds, schedule
from hustings.domain.wishes import (
    Dump,
    IntendSilence,
    MoveHall,
    MoveRundown,
    SetAirDelay,
    SetRundown,
    SetSounds,
)
from tests.domain.test_hall import OWNER, T0, after, make, refusal
from tests.domain.test_life import START, started, waiting

OPENING = Item("opening", Kind.OPENING, "Opening", 60_000)
DEBATE = Item("debate", Kind.SEGMENT, "The bridge", 600_000)
ROUND = Item("round", Kind.QUESTIONS, "Your questions", 300_000)
ITEMS = (OPENING, DEBATE, ROUND)


def test_the_first_piece_is_on_from_the_start_and_the_rest_follows_as_planned():
    hall = started(after(waiting(), SetRundown(ITEMS), T0), START + 3)

    due = schedule(hall.plan, hall.starts_at_ms, START)
    assert hall.plan.on == "opening"
    assert [d.starts_at_ms - START for d in due] == [0, 60_000, 660_000]


def test_what_is_over_its_time_moves_all_that_follows():
    hall = started(after(waiting(), SetRundown(ITEMS), T0), START)
    hall = after(hall, MoveRundown("debate"), START + 61_000)

    due = schedule(hall.plan, hall.starts_at_ms, START + 61_000 + 605_000)
    assert [d.over_ms for d in due] == [0, 5_000, 0]
    assert [due[0].starts_at_ms, due[2].starts_at_ms - START] == [None, 61_000 + 605_000]


def test_before_the_start_everything_is_due_from_it():
    hall = after(waiting(), SetRundown(ITEMS), T0)
    unplanned = after(make(), SetRundown(ITEMS), T0)

    assert schedule(hall.plan, START, T0)[1].starts_at_ms == START + 60_000
    assert [d.starts_at_ms for d in schedule(unplanned.plan, None, T0)] == [None] * 3


def test_the_plan_changes_while_live_but_never_without_what_is_on():
    hall = started(after(waiting(), SetRundown(ITEMS), T0), START)

    changed = after(hall, SetRundown((OPENING, ROUND)), START)
    assert [item.item for item in changed.plan.items] == ["opening", "round"]
    assert refusal(lambda: after(hall, SetRundown((ROUND,)), START)) == "rundown_on"


def test_nothing_is_on_before_the_start_and_nothing_that_is_not_planned():
    hall = after(waiting(), SetRundown(ITEMS), T0)
    live = started(hall, START)

    assert refusal(lambda: after(hall, MoveRundown("debate"), T0)) == "hall_state"
    assert refusal(lambda: after(live, MoveRundown("dance"), START)) == "item_unknown"
    assert live.state is State.LIVE


@pytest.mark.parametrize(
    "items",
    [
        (OPENING, OPENING),
        (Item("A b", Kind.SEGMENT, "x", 1000),),
        (Item("a", Kind.SEGMENT, "", 1000),),
        (Item("a", Kind.SEGMENT, "x\n", 1000),),
        (Item("a", Kind.SEGMENT, "x", 0),),
        tuple(Item(f"a{n}", Kind.SEGMENT, "x", 1000) for n in range(201)),
    ],
)
def test_a_plan_that_cannot_be_is_refused(items):
    assert refusal(lambda: after(waiting(), SetRundown(items), T0)) == "field_invalid"


def test_sounds_are_none_the_stages_own_or_a_file_by_its_hash():
    chosen = Sounds(opening="ab" * 32, pause="")
    hall = after(waiting(), SetSounds(chosen), T0)

    assert hall.plan.sounds == chosen
    assert refusal(lambda: after(hall, SetSounds(Sounds(tone="x.opus")), T0)) == "field_invalid"


def test_silence_is_intended_once():
    hall = after(waiting(), IntendSilence(True), T0)

    assert hall.plan.silence_intended
    assert halls.decide(hall, IntendSilence(True), OWNER, T0) == []


def test_an_air_delay_is_settled_before_doors():
    hall = after(waiting(), SetAirDelay(10_000), T0)
    live = started(hall, START)

    assert hall.plan.air_delay_ms == 10_000
    assert refusal(lambda: after(live, SetAirDelay(0), START)) == "hall_state"
    assert after(live, SetAirDelay(10_000), START) == live
    for out_of_bounds in (-1, 30_001):
        assert refusal(lambda ms=out_of_bounds: after(hall, SetAirDelay(ms), T0)) == "field_invalid"


def test_a_dump_takes_out_what_was_said_and_is_not_heard_yet():
    live = started(after(waiting(), SetAirDelay(5_000), T0), START)

    twice = after(after(live, Dump(), START + 60_000), Dump(), START + 62_000)

    # 5 s are 21 parts; the window of 600 ms waits too, and 300 ms are on their way out.
    waits_ms = 21 * 240 + 600 - 300
    assert [(out.no, out.from_ms - START, out.to_ms - START) for out in twice.plan.dumps] == [
        (1, 60_000 - waits_ms, 60_000),
        (2, 62_000 - waits_ms, 62_000),
    ]


def test_two_presses_in_one_movement_are_one_and_the_last_dumps_are_kept_by_number():
    hall = started(after(waiting(), SetAirDelay(5_000), T0), START)
    hall = after(hall, Dump(), START + 60_000)

    assert after(hall, Dump(), START + 60_100) == hall
    for n in range(70):
        hall = after(hall, Dump(), START + 61_000 + n * 1000)
    assert [out.no for out in hall.plan.dumps] == list(range(8, 72))


def test_the_last_words_can_be_taken_out_as_long_as_they_wait():
    live = started(after(waiting(), SetAirDelay(5_000), T0), START)
    over = after(live, MoveHall("end"), START + 60_000)

    assert len(after(over, Dump(), START + 65_000).plan.dumps) == 1
    assert refusal(lambda: after(over, Dump(), START + 66_000)) == "hall_state"


def test_without_a_delay_there_is_nothing_to_take_out_and_before_the_start_neither():
    live = started(waiting(), START)
    early = after(waiting(), SetAirDelay(5_000), T0)

    assert refusal(lambda: after(live, Dump(), START)) == "no_air_delay"
    assert refusal(lambda: after(early, Dump(), T0)) == "hall_state"
