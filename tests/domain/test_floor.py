"""Promises about the floor: nobody goes on air unheard, hands keep their order, time is kept."""

from hustings.domain import hall as halls
from hustings.domain.floor import on_air
from hustings.domain.floor.air import HOLD_MS
from hustings.domain.floor.hands import position
from hustings.domain.ids import LineId, PersonId, SeatId
from hustings.domain.roles import Role
from hustings.domain.wishes import (
    BringUp,
    By,
    CallHand,
    ErasePerson,
    GivePass,
    Invitation,
    LeadFloor,
    LowerHand,
    MuteSeat,
    NoteLineDown,
    NoteLineProven,
    NoteLineUp,
    NoteTalk,
    RaiseHand,
    SetBudget,
    SuppressNoise,
    TakeCharge,
    TakeDown,
    TakeSide,
)
from tests.domain.test_hall import ANA, OWNER, T0, after, make, refusal, seat

BEN, CLO = PersonId("p_ben0000000000000"), PersonId("p_clo0000000000000")
LINE = LineId("l1")


def led(*moves):
    hall = after(make(), LeadFloor(True), T0)
    return after(hall, seat(), T0)


def up(hall, line=LINE):
    return after(hall, NoteLineUp(SeatId("ana"), line, ANA), T0)


def proven(hall, line=LINE):
    return after(up(hall, line), NoteLineProven(line, "echo"), T0)


def is_on_air(hall, name="ana"):
    return on_air(hall.floor, hall.floor.seats[name])


def listener(hall, person):
    to = Invitation(person=person, role=Role.LISTENER, name="N", jti=f"j{person}", expires_at_ms=T0)
    return after(hall, GivePass(to), T0)


def as_listener(person):
    return By(person, Role.LISTENER)


def test_on_a_floor_that_is_not_led_a_seat_is_on_air_until_it_is_taken_down():
    hall = after(make(), seat(), T0)
    down = after(hall, TakeDown(SeatId("ana")), T0)

    assert (is_on_air(hall), is_on_air(down)) == (True, False)


def test_on_a_led_floor_nobody_is_brought_up_whose_line_is_not_proven():
    silent = refusal(lambda: after(led(), BringUp(SeatId("ana")), T0))
    unheard = refusal(lambda: after(up(led()), BringUp(SeatId("ana")), T0))
    heard = after(proven(led()), BringUp(SeatId("ana")), T0)

    assert (silent, unheard) == ("line_absent", "line_unproven")
    assert is_on_air(heard)


def test_a_new_line_has_to_be_proven_anew_before_a_seat_is_brought_up():
    hall = after(proven(led()), NoteLineDown(LINE, "lost"), T0)

    again = refusal(lambda: after(up(hall, LineId("l2")), BringUp(SeatId("ana")), T0))

    assert again == "line_unproven"


def test_two_who_bring_one_person_up_do_it_once():
    hall = after(proven(led()), BringUp(SeatId("ana")), T0)

    assert halls.decide(hall, BringUp(SeatId("ana")), OWNER, T0) == []


def test_who_drops_on_air_keeps_the_place_for_a_minute_and_no_longer():
    hall = after(proven(led()), BringUp(SeatId("ana")), T0)
    dropped = after(hall, NoteLineDown(LINE, "lost"), T0)
    back = up(dropped, LineId("l2"))

    assert is_on_air(dropped)
    assert halls.deadline(dropped) == T0 + HOLD_MS
    assert [e.reason for e in halls.due(dropped, T0 + HOLD_MS)] == ["gone"]
    assert halls.due(back, T0 + HOLD_MS) == []


def test_a_seat_with_a_line_at_another_stage_is_not_gone():
    both = up(after(proven(led()), BringUp(SeatId("ana")), T0), LineId("l2"))
    one = after(both, NoteLineDown(LINE, "lost"), T0)

    assert halls.deadline(one) is None


def test_leading_a_floor_takes_nobody_off_the_air():
    hall = after(after(make(), seat(), T0), LeadFloor(True), T0)

    assert is_on_air(hall)


def test_muting_is_once_and_undone():
    hall = after(led(), MuteSeat(SeatId("ana"), True), T0)

    assert hall.floor.seats["ana"].muted
    assert halls.decide(hall, MuteSeat(SeatId("ana"), True), OWNER, T0) == []
    assert not after(hall, MuteSeat(SeatId("ana"), False), T0).floor.seats["ana"].muted


def test_noise_is_suppressed_once_and_left_again():
    wish = SuppressNoise(SeatId("ana"), True)
    hall = after(led(), wish, T0)

    assert hall.floor.seats["ana"].suppressed
    assert halls.decide(hall, wish, OWNER, T0) == []
    assert not after(hall, SuppressNoise(SeatId("ana"), False), T0).floor.seats["ana"].suppressed


def test_hands_keep_their_order_and_show_their_position():
    hall = listener(listener(make(moves=["open"]), BEN), CLO)
    hall = after(hall, RaiseHand("My street"), T0, as_listener(BEN))
    hall = after(hall, RaiseHand(), T0 + 1, as_listener(CLO))
    again = after(hall, RaiseHand("again"), T0 + 2, as_listener(BEN))
    lowered = after(hall, LowerHand(), T0, as_listener(BEN))

    assert again == hall
    assert [position(hall.floor, who) for who in (BEN, CLO)] == [1, 2]
    assert [position(lowered.floor, who) for who in (BEN, CLO)] == [None, 1]


def test_a_called_hand_has_a_seat_off_air_and_leaves_the_queue_when_brought_up():
    hall = listener(make(moves=["open"]), BEN)
    hall = after(hall, RaiseHand("My street"), T0, as_listener(BEN))
    call = CallHand(BEN, SeatId("ben"), "j9", T0 + 9)
    called = after(hall, call, T0)
    line = after(called, NoteLineUp(SeatId("ben"), LINE, BEN), T0)
    ready = after(line, NoteLineProven(LINE, "confirmed"), T0)

    assert halls.decide(called, call, OWNER, T0) == []
    assert not is_on_air(called, "ben")
    assert "j9" in called.people.by_id[BEN].passes
    assert after(ready, BringUp(SeatId("ben")), T0).floor.hands == ()


def test_only_who_leads_the_floor_lowers_the_hand_of_another():
    hall = listener(listener(make(moves=["open"]), BEN), CLO)
    hall = after(hall, RaiseHand(), T0, as_listener(BEN))

    denied = refusal(lambda: after(hall, LowerHand(BEN), T0, as_listener(CLO)))

    assert denied == "not_allowed"
    assert after(hall, LowerHand(BEN), T0).floor.hands == ()


def test_whoever_is_erased_has_no_hand_up():
    hall = listener(make(moves=["open"]), BEN)
    hall = after(hall, RaiseHand("My street"), T0, as_listener(BEN))

    erased = after(hall, ErasePerson(BEN), T0)

    assert erased.floor.hands == ()


def test_time_is_kept_by_person_and_side_and_each_part_once():
    hall = after(make(moves=["open"]), seat(), T0)
    hall = after(hall, TakeSide(SeatId("ana"), "For the bridge"), T0)
    hall = after(hall, NoteTalk(100, 104, {"ana": 900, "gone": 50}), T0)
    again = after(hall, NoteTalk(100, 104, {"ana": 900}), T0)
    overlap = after(hall, NoteTalk(103, 108, {"ana": 900}), T0)

    assert again == overlap == hall
    assert hall.floor.talked_ms == {ANA: 900}
    assert hall.floor.sides == {ANA: "For the bridge"}


def test_who_has_spent_the_time_of_a_side_is_taken_down_where_the_hall_chose_so():
    hall = after(make(moves=["open"]), seat(), T0)
    hall = after(hall, TakeSide(SeatId("ana"), "For"), T0)
    shown = after(hall, SetBudget("For", 1000), T0)
    enforced = after(hall, SetBudget("For", 1000, enforced=True), T0)

    assert is_on_air(after(shown, NoteTalk(1, 5, {"ana": 1000}), T0))
    assert not is_on_air(after(enforced, NoteTalk(1, 5, {"ana": 1000}), T0))
    assert is_on_air(after(enforced, NoteTalk(1, 5, {"ana": 999}), T0))


def test_a_co_producer_takes_the_show_when_the_producer_is_gone():
    hall = listener(make(), BEN)
    for who in (CLO, PersonId("p_dan0000000000000")):
        to = Invitation(person=who, role=Role.PRODUCER, name="P", jti=f"j{who}", expires_at_ms=T0)
        hall = after(hall, GivePass(to), T0)
    first = after(hall, TakeCharge(Role.PRODUCER), T0, By(CLO, Role.PRODUCER))
    dan = By(PersonId("p_dan0000000000000"), Role.PRODUCER)
    second = after(first, TakeCharge(Role.PRODUCER), T0, dan)
    handed = after(second, TakeCharge(Role.PRODUCER, CLO), T0, dan)

    in_charge = [h.people.in_charge[Role.PRODUCER] for h in (first, second, handed)]
    assert in_charge == [CLO, dan.person, CLO]
    to_listener = TakeCharge(Role.PRODUCER, BEN)
    assert refusal(lambda: after(hall, to_listener, T0, dan)) == "field_invalid"
    moderator = By(CLO, Role.MODERATOR)
    assert refusal(lambda: after(hall, TakeCharge(Role.PRODUCER), T0, moderator)) == "not_allowed"
