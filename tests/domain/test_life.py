"""Promises about a start: on the second, slipped, postponed, and hardly ever cancelled."""

import pytest

from hustings.domain import hall as halls
from hustings.domain.hall import State
from hustings.domain.roles import Role
from hustings.domain.wishes import By, CancelHall, MoveHall, Postpone, SlipStart
from tests.domain.test_hall import T0, after, make, refusal

START = T0 + 60_000
OTHER = By("p_other00000000000", Role.PRODUCER)


def waiting():
    return make(starts_at_ms=START, moves=["announce"])


def started(hall, now_ms):
    for event in halls.due(hall, now_ms):
        hall = halls.evolve(hall, event)
    return hall


def test_a_start_written_down_late_holds_since_the_announced_second():
    hall = started(waiting(), START + 9_000)

    assert (hall.state, hall.since_ms) == (State.LIVE, START)


@pytest.mark.parametrize("minutes", [1, 5])
def test_a_slipped_hall_begins_that_much_later_and_not_before(minutes):
    hall = after(waiting(), SlipStart(minutes, START), T0)

    later = START + minutes * 60_000
    assert halls.due(hall, later - 1) == []
    assert started(hall, later).since_ms == later


def test_two_who_slip_the_same_start_slip_it_once():
    hall = after(waiting(), SlipStart(5, START), T0)
    again = after(hall, SlipStart(5, START), T0, OTHER)

    assert again == hall
    assert refusal(lambda: after(hall, SlipStart(1, START), T0, OTHER)) == "hall_state"


def test_only_a_start_to_come_can_be_slipped():
    live = make(moves=["open"])

    assert refusal(lambda: after(live, SlipStart(1, T0), T0)) == "hall_state"
    assert refusal(lambda: after(waiting(), SlipStart(2, START), T0)) == "field_invalid"


def test_a_postponed_hall_is_announced_anew_and_its_passes_hold_until_then():
    hall = after(make(moves=["open", "pause"]), Postpone(START, START + 9), T0)

    assert (hall.state, hall.starts_at_ms) == (State.ANNOUNCED, START)
    assert (hall.life.grace.from_ms, hall.life.grace.until_ms) == (T0, START + 9)
    assert started(hall, START).state is State.LIVE


def test_passes_that_held_through_one_postponement_hold_through_the_next():
    once = after(waiting(), Postpone(START + 1, START + 10), T0)
    twice = after(once, Postpone(START + 2, START + 20), T0 + 5)
    long_after = after(once, Postpone(START + 90, START + 99), START + 11)

    assert (twice.life.grace.from_ms, twice.life.grace.until_ms) == (T0, START + 20)
    assert long_after.life.grace.from_ms == START + 11


@pytest.mark.parametrize("moves", [["open"], []])
def test_neither_a_live_hall_nor_a_draft_is_postponed(moves):
    hall = make(moves=moves)

    assert refusal(lambda: after(hall, Postpone(START, START), T0)) == "hall_state"


def test_a_hall_is_not_postponed_to_a_time_that_has_passed():
    assert refusal(lambda: after(waiting(), Postpone(T0, T0), T0)) == "field_invalid"


def test_a_hall_is_cancelled_only_by_one_who_was_told_how_many_are_waiting():
    unasked = refusal(lambda: after(waiting(), CancelHall(412, confirmed=True), T0))
    asked = after(waiting(), CancelHall(412, confirmed=False), T0)
    by_another = refusal(lambda: after(asked, CancelHall(412, confirmed=True), T0, OTHER))
    too_late = refusal(lambda: after(asked, CancelHall(412, confirmed=True), T0 + 60_001))
    cancelled = after(asked, CancelHall(412, confirmed=True), T0 + 60_000)

    assert (unasked, by_another, too_late) == ("cancel_unasked",) * 3
    assert asked.life.cancel_asked.waiting == 412
    assert (cancelled.state, cancelled.life.cancelled) == (State.ENDED, True)
    assert halls.due(cancelled, START) == []


def test_ending_does_not_cancel_what_has_not_begun():
    assert refusal(lambda: after(waiting(), MoveHall("end"), T0)) == "hall_state"
