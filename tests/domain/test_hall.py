"""Promises about one hall, told as examples."""

from dataclasses import replace
from itertools import product

import pytest

from hustings.domain import hall as halls
from hustings.domain.hall import MOVES, State
from hustings.domain.ids import CLOCK, HallId, PersonId, SeatId, hall_id, person_name, seat_id
from hustings.domain.refusals import Refused
from hustings.domain.roles import Role
from hustings.domain.wishes import (
    By,
    CreateHall,
    ErasePerson,
    FreeSeat,
    GiveConsent,
    GiveSeat,
    Invitation,
    MoveHall,
    SetRecording,
)

T0 = 1_790_000_000_000
OWNER = By(PersonId("p_owner00000000000"), Role.OWNER)
ANA = PersonId("p_ana0000000000000")


def make(starts_at_ms=None, moves=()):
    wish = CreateHall(hall=HallId("demo"), title="Demo", starts_at_ms=starts_at_ms, window_ms=600)
    hall = halls.fold(halls.create(wish, by=OWNER, now_ms=T0))
    for move in moves:
        hall = after(hall, MoveHall(move), T0)
    return hall


def after(hall, wish, now_ms, by=OWNER):
    for event in halls.decide(hall, wish, by, now_ms):
        hall = halls.evolve(hall, event)
    return hall


def in_state(state):
    hall = make()
    return replace(hall, life=replace(hall.life, state=state))


def seat(role=Role.SPEAKER, seat="ana", person=ANA, jti="j1"):
    to = Invitation(person=person, role=role, name="Ana", jti=jti, expires_at_ms=T0 + 9)
    return GiveSeat(SeatId(seat), to)


def refusal(call):
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


def test_a_hall_without_a_start_is_live_as_soon_as_it_is_opened():
    hall = make(moves=["open"])

    assert hall.state is State.LIVE
    assert halls.deadline(hall) is None


def test_doors_open_early_and_the_programme_begins_at_the_announced_second_by_itself():
    hall = make(starts_at_ms=T0 + 5000, moves=["announce", "open"])

    early = halls.due(hall, T0 + 4999)
    started = halls.due(hall, T0 + 5000)

    assert hall.state is State.DOORS
    assert halls.deadline(hall) == T0 + 5000
    assert early == []
    assert [(e.state, e.by, e.at_ms) for e in started] == [("live", CLOCK, T0 + 5000)]


def test_an_announced_hall_begins_although_nobody_opened_the_doors():
    hall = make(starts_at_ms=T0 + 5000, moves=["announce"])

    started = halls.due(hall, T0 + 6000)

    assert [e.state for e in started] == ["doors", "live"]


def test_two_hosts_pressing_the_same_button_both_get_what_they_wanted():
    hall = make(moves=["open", "pause"])

    assert halls.decide(hall, MoveHall("pause"), OWNER, T0) == []


def test_a_hall_is_not_announced_for_a_time_that_has_passed():
    hall = make(starts_at_ms=T0)

    assert refusal(lambda: after(hall, MoveHall("announce"), T0)) == "hall_state"


@pytest.mark.parametrize(("state", "move"), [*product(State, sorted(halls.WISHED_MOVES))])
def test_every_move_is_in_the_table_or_granted_already_or_refused(state, move):
    hall = in_state(state)

    if state in halls.GRANTED[move]:
        assert halls.decide(hall, MoveHall(move), OWNER, T0) == []
    elif (state, move) in MOVES:
        assert halls.decide(hall, MoveHall(move), OWNER, T0)[0].state == MOVES[state, move]
    else:
        assert refusal(lambda: after(hall, MoveHall(move), T0)) == "hall_state"


def test_a_seat_brings_a_person_and_a_pass_with_it():
    hall = after(make(), seat(), T0)

    assert hall.floor.seats["ana"].person == ANA
    assert hall.people.by_id[ANA].name == "Ana"
    assert hall.people.by_id[ANA].passes == {"j1": T0 + 9}


def test_who_loses_the_seat_loses_the_pass_to_it():
    hall = after(after(make(), seat(), T0), FreeSeat(SeatId("ana")), T0)

    assert hall.floor.seats == {}
    assert hall.people.revoked == {"j1": T0 + 9}


@pytest.mark.parametrize("state", State)
def test_whether_it_is_recorded_is_settled_before_doors(state):
    hall = in_state(state)

    if state in halls.BEFORE_DOORS:
        assert after(hall, SetRecording(True), T0).recorded
    else:
        assert refusal(lambda: after(hall, SetRecording(True), T0)) == "hall_state"
    assert halls.decide(hall, SetRecording(False), OWNER, T0) == []


def test_consent_belongs_to_the_person_and_goes_with_the_seat():
    hall = after(after(make(), seat(), T0), GiveConsent(SeatId("ana")), T0)
    agreed = hall.floor.seats["ana"].consented
    hall = after(after(hall, FreeSeat(SeatId("ana")), T0), seat(), T0)

    assert agreed
    assert not hall.floor.seats["ana"].consented


def test_nobody_agrees_for_somebody_else_but_those_who_may_give_seats():
    hall = after(make(), seat(), T0)
    ben = By(PersonId("p_ben0000000000000"), Role.SPEAKER)
    ana = By(ANA, Role.SPEAKER)

    assert refusal(lambda: after(hall, GiveConsent(SeatId("ana")), T0, by=ben)) == "not_allowed"
    assert refusal(lambda: after(hall, GiveConsent(), T0, by=ben)) == "seat_unknown"
    assert [(e.person, e.by) for e in halls.decide(hall, GiveConsent(), ana, T0)] == [(ANA, ANA)]
    noted = halls.decide(hall, GiveConsent(SeatId("ana")), OWNER, T0)
    assert [(e.person, e.by) for e in noted] == [(ANA, OWNER.person)]


def test_a_seat_is_given_once():
    hall = after(make(), seat(), T0)

    assert refusal(lambda: after(hall, seat(), T0)) == "seat_exists"


def test_the_table_of_seats_has_an_end():
    hall = make()
    for n in range(halls.floors.SEATS_MAX):
        person = PersonId(f"p_{n:016}")
        hall = after(hall, seat(seat=f"s{n}", person=person, jti=f"j{n}"), T0)

    assert refusal(lambda: after(hall, seat(), T0)) == "seats_full"


def test_a_host_cannot_make_another_host():
    host = By(PersonId("p_host000000000000"), Role.HOST)

    assert refusal(lambda: after(make(), seat(Role.HOST), T0, by=host)) == "not_allowed"
    assert after(make(), seat(), T0, by=host).floor.seats


def test_whoever_is_erased_leaves_seat_name_and_pass_behind_and_only_once():
    hall = after(after(make(), seat(), T0), ErasePerson(ANA), T0)

    assert hall.people.by_id[ANA].name is None
    assert hall.floor.seats == {}
    assert list(hall.people.revoked) == ["j1"]
    assert halls.decide(hall, ErasePerson(ANA), OWNER, T0) == []


@pytest.mark.parametrize("text", ["", "-a", "a-", "a--b", "A", "ä", "a b", "a" * 41])
def test_what_is_no_address_is_refused(text):
    assert refusal(lambda: hall_id(text)) == "field_invalid"


def test_addresses_and_names_are_read():
    assert hall_id("north-2") == "north-2"
    assert seat_id("a" * 12) == "a" * 12
    assert person_name("  Ana \n Ferreira ") == "Ana Ferreira"
    assert refusal(lambda: seat_id("a" * 13)) == "field_invalid"
    assert refusal(lambda: seat_id("backstage")) == "field_invalid"
    assert refusal(lambda: person_name("a\u0000b")) == "field_invalid"
