"""Whatever people ask, in whatever order: the house rules of a hall hold, and its log adds up."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hustings.domain import floor as floors
from hustings.domain import hall as halls
from hustings.domain.captions import since
from hustings.domain.floor import SEATS_MAX
from hustings.domain.hall import MOVES, State
from hustings.domain.life import POSTPONED_FROM
from hustings.domain.plan import Item, Kind, Sounds
from hustings.domain.refusals import Refused
from hustings.domain.roles import Power, Role, may
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
    Invitation,
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
    TakeCharge,
    TakeDown,
    TakeSide,
)
from hustings.ledger import chain
from hustings.ledger.records import Entry, seal, unseal_all
from hustings.testing.entropy import SeededEntropy

T0 = 1_790_000_000_000
ROLES = st.one_of(st.just(Role.OWNER), st.just(Role.PRODUCER), st.sampled_from(Role))
SEATS = st.sampled_from([f"s{n}" for n in range(4)])
PEOPLE = st.integers(0, 5).map(lambda n: f"p_{n:016}")
LINES = st.sampled_from(["l1", "l2", "l3"])


class AnyEvening(RuleBasedStateMachine):
    """The live hall equals the fold of its log, and the log verifies, after any wish."""

    @initialize(
        starts_in=st.one_of(st.none(), st.integers(-5, 60_000)),
        record=st.booleans(),
        led=st.booleans(),
        busy=st.booleans(),
    )
    def create(self, starts_in, record, led, busy):
        self.now, self.drawn, self.entropy = T0, 0, SeededEntropy()
        self.entries, self.head, self.strangers = [], chain.GENESIS, set()
        starts_at_ms = None if starts_in is None else T0 + starts_in
        wish = CreateHall(
            hall="demo",
            title="Demo",
            starts_at_ms=starts_at_ms,
            window_ms=600,
            record=record,
            led=led,
            air_delay_ms=5_000 if busy else 0,
        )
        owner = By("p_owner", Role.OWNER)
        self.hall = None
        self.keep(halls.create(wish, by=owner, now_ms=self.now))
        if busy:
            self.get_busy()

    def get_busy(self):
        """Or hardly any sequence gets to where most of the rules bite."""
        for seat, line in (("s0", "l1"), ("s1", "l2")):
            self.ask(GiveSeat(seat, self.invitation(Role.SPEAKER)), Role.OWNER)
            self.ask(NoteLineUp(seat, line, "p_x"), Role.OWNER)
        for _ in range(2):
            self.ask(GivePass(self.invitation(Role.LISTENER)), Role.OWNER)
        self.ask(RaiseHand("The bridge"), Role.LISTENER, f"p_{self.drawn:016}")
        items = tuple(Item(name, Kind.SEGMENT, name.upper(), 60_000) for name in "abc")
        self.ask(SetRundown(items), Role.OWNER)
        self.ask(MoveHall("open"), Role.OWNER)

    def keep(self, events):
        for event in events:
            record, texts = seal(event, "demo", len(self.entries), self.entropy.draw)
            self.head = chain.link(self.head, record)
            self.entries.append(Entry("demo", len(self.entries), record, self.head, texts))
            self.hall = halls.evolve(self.hall, event) if self.hall else halls.begin(event)
            if event.KIND == "person_erased":
                self.entries = [without(entry, event.person) for entry in self.entries]

    def ask(self, wish, role, person="p_asker"):
        before = self.hall
        if person not in before.people.by_id:
            self.strangers.add(person)
        try:
            self.keep(halls.decide(self.hall, wish, By(person, role), self.now))
        except Refused:
            assert self.hall is before

    def invitation(self, role):
        """With a fresh id: nobody was there under it before."""
        self.drawn += 1
        while f"p_{self.drawn:016}" in self.strangers:
            self.drawn += 1
        return Invitation(
            person=f"p_{self.drawn:016}",
            role=role,
            name=f"Name {self.drawn}",
            jti=f"j{self.drawn}",
            expires_at_ms=T0,
        )

    @rule(ms=st.integers(0, 30_000))
    def wait(self, ms):
        self.now += ms
        self.keep(halls.due(self.hall, self.now))
        assert not halls.due(self.hall, self.now)

    @rule(move=st.sampled_from(sorted(halls.WISHED_MOVES)), by=ROLES)
    def move(self, move, by):
        state = self.hall.state
        self.ask(MoveHall(move), by)
        assert self.hall.state == state or (state, move) in MOVES

    @rule(on=st.booleans(), by=ROLES)
    def set_recording(self, on, by):
        before, state = self.hall.recorded, self.hall.state
        self.ask(SetRecording(on), by)
        assert self.hall.recorded == before or state in halls.BEFORE_DOORS

    @rule(delay_ms=st.integers(-1, 30_001), by=ROLES)
    def set_air_delay(self, delay_ms, by):
        before, state = self.hall.plan.air_delay_ms, self.hall.state
        self.ask(SetAirDelay(delay_ms), by)
        assert self.hall.plan.air_delay_ms == before or state in halls.BEFORE_DOORS

    @rule(by=ROLES)
    def dump(self, by):
        before = self.hall.plan
        self.ask(Dump(), by)
        for out in self.hall.plan.dumps if self.hall.plan.dumped > before.dumped else ():
            if out.no <= before.dumped:
                continue
            assert before.air_delay_ms and may(by, Power.RUN_HALL)
            waits_ms = self.now - out.from_ms
            assert before.air_delay_ms <= waits_ms < before.air_delay_ms + 600
            assert out.to_ms == self.now

    @rule(seat=SEATS, role=ROLES, by=ROLES, consented=st.booleans())
    def give_seat(self, seat, role, by, consented):
        self.ask(GiveSeat(seat, self.invitation(role), consented), by)

    @rule(seat=st.none() | SEATS, by=ROLES, person=PEOPLE)
    def give_consent(self, seat, by, person):
        before = self.hall.floor.seats
        self.ask(GiveConsent(seat), by, person)
        for new in self.hall.floor.seats.values():
            if new != before[new.seat]:
                assert new.person == person or may(by, Power.GIVE_SEATS)

    @rule(role=ROLES, by=ROLES)
    def give_pass(self, role, by):
        self.ask(GivePass(self.invitation(role)), by)

    @rule(seat=SEATS, by=ROLES)
    def free_seat(self, seat, by):
        self.ask(FreeSeat(seat), by)

    @rule(person=PEOPLE, by=ROLES)
    def erase(self, person, by):
        self.ask(ErasePerson(person), by)

    @rule(minutes=st.integers(0, 6), by=ROLES)
    def slip(self, minutes, by):
        self.ask(SlipStart(minutes, self.hall.starts_at_ms or T0), by)

    @rule(in_ms=st.integers(-1000, 90_000), by=ROLES)
    def postpone(self, in_ms, by):
        state = self.hall.state
        self.ask(Postpone(self.now + in_ms, self.now + in_ms + 1000), by)
        assert self.hall.state == state or state in POSTPONED_FROM

    @rule(confirmed=st.booleans(), by=ROLES)
    def cancel(self, confirmed, by):
        asked, was = self.hall.life.cancel_asked, self.hall.life.cancelled
        self.ask(CancelHall(7, confirmed=confirmed), by)
        assert self.hall.life.cancelled in (was, asked is not None)

    @rule(on=st.booleans(), by=ROLES)
    def lead(self, on, by):
        on_air = {
            s.seat for s in self.hall.floor.seats.values() if floors.on_air(self.hall.floor, s)
        }
        self.ask(LeadFloor(on), by)
        floor = self.hall.floor
        assert on_air <= {s.seat for s in floor.seats.values() if floors.on_air(floor, s)}

    @rule(seat=SEATS, by=ROLES)
    def bring_up(self, seat, by):
        before, proven = self.hall.floor, floors.is_proven(self.hall.floor, seat)
        self.ask(BringUp(seat), by)
        assert self.hall.floor == before or (proven and may(by, Power.LEAD_FLOOR))

    @rule(seat=SEATS, by=ROLES, on=st.booleans())
    def take_down_and_mute(self, seat, by, on):
        self.ask(TakeDown(seat), by)
        self.ask(MuteSeat(seat, on), by)

    @rule(seat=SEATS, by=ROLES, side=st.sampled_from(["For", "Against", None]))
    def take_side(self, seat, by, side):
        self.ask(TakeSide(seat, side), by)

    @rule(side=st.sampled_from(["For", None]), ms=st.none() | st.integers(0, 5000), by=ROLES)
    def set_budget(self, side, ms, by):
        self.ask(SetBudget(side, ms, enforced=True), by)

    @rule(parts=st.integers(0, 8), back=st.integers(0, 3), ms=st.integers(0, 2000), seat=SEATS)
    def talk(self, parts, back, ms, seat):
        first = max(self.hall.floor.talked_to - back, 1)
        self.ask(NoteTalk(first, first + parts, {seat: ms}), Role.OWNER)

    @rule(reason=st.sampled_from([None, "The bridge"]), role=ROLES, person=PEOPLE)
    def raise_hand(self, reason, role, person):
        self.ask(RaiseHand(reason), role, person)

    @rule(whose=st.none() | PEOPLE, role=ROLES, person=PEOPLE)
    def lower_hand(self, whose, role, person):
        self.ask(LowerHand(whose), role, person)

    @rule(person=PEOPLE, seat=SEATS, by=ROLES)
    def call_hand(self, person, seat, by):
        self.drawn += 1
        self.ask(CallHand(person, seat, f"j{self.drawn}", T0), by)

    @rule(role=ROLES, to=st.none() | PEOPLE, by=ROLES, person=PEOPLE)
    def take_charge(self, role, to, by, person):
        self.ask(TakeCharge(role, to), by, person)

    @rule(names=st.lists(st.sampled_from("abcd"), max_size=4), by=ROLES)
    def set_rundown(self, names, by):
        items = tuple(Item(name, Kind.SEGMENT, name.upper(), 60_000) for name in names)
        self.ask(SetRundown(items), by)

    @rule(item=st.sampled_from("abcde"), by=ROLES)
    def move_rundown(self, item, by):
        self.ask(MoveRundown(item), by)

    @rule(on=st.booleans(), opening=st.sampled_from(["", "built-in", "x"]), by=ROLES)
    def prepare(self, on, opening, by):
        self.ask(IntendSilence(on), by)
        self.ask(SetSounds(Sounds(opening=opening)), by)

    @rule(
        text=st.sampled_from(["", "Good evening", "word " * 60]),
        key=st.none() | st.sampled_from("ab"),
        ago_ms=st.none() | st.integers(-6000, 31_000),
        by=ROLES,
        person=PEOPLE,
    )
    def say(self, text, key, ago_ms, by, person):
        before = self.hall.captions
        at_ms = None if ago_ms is None else self.now - ago_ms
        self.ask(Say(text, key, at_ms), by, person)
        assert self.hall.captions == before or may(by, Power.CAPTION)

    @rule(line=LINES, how=st.sampled_from(["confirmed", "echo"]))
    def prove(self, line, how):
        self.ask(NoteLineProven(line, how), Role.OWNER)

    @rule(air=st.sampled_from(["voiced", "quiet", "covered"]))
    def air(self, air):
        self.ask(NoteAir(air, 1), Role.OWNER)

    @rule(seat=SEATS, line=LINES, person=PEOPLE)
    def line_up(self, seat, line, person):
        self.ask(NoteLineUp(seat, line, person), Role.OWNER)

    @rule(line=LINES)
    def line_down(self, line):
        self.ask(NoteLineDown(line, "left"), Role.OWNER)

    @invariant()
    def the_log_tells_the_hall_as_it_stands(self):
        assert halls.fold(unseal_all(self.entries)) == self.hall

    @invariant()
    def the_chain_verifies(self):
        assert chain.verify(self.entries).head == self.head

    @invariant()
    def nobody_erased_has_a_name_a_seat_or_a_pass(self):
        seated = {seat.person for seat in self.hall.floor.seats.values()}
        for person in self.hall.people.by_id.values():
            if person.erased:
                assert (person.name, person.passes, person.person in seated) == (None, {}, False)

    @invariant()
    def seats_hold_and_everyone_in_one_is_known(self):
        seats = self.hall.floor.seats
        assert len(seats) <= SEATS_MAX
        assert {seat.person for seat in seats.values()} <= self.hall.people.by_id.keys()

    @invariant()
    def consent_is_in_the_log_under_the_name_of_whoever_has_the_seat(self):
        said = {
            (entry.record["facts"]["seat"], entry.record["facts"]["person"])
            for entry in self.entries
            if entry.record["kind"] == "consent_given"
        }
        seats = self.hall.floor.seats.values()
        assert {(s.seat, s.person) for s in seats if s.consented} <= said

    @invariant()
    def no_pass_is_both_good_and_withdrawn(self):
        good = {jti for person in self.hall.people.by_id.values() for jti in person.passes}
        assert not good & self.hall.people.revoked.keys()

    @invariant()
    def what_is_on_is_in_the_plan_and_time_never_shrinks(self):
        plan, spoken = self.hall.plan, sum(self.hall.floor.talked_ms.values())
        assert plan.on is None or plan.on in [item.item for item in plan.items]
        assert spoken >= getattr(self, "spoken", 0)
        self.spoken = spoken

    @invariant()
    def each_hand_is_up_once_and_its_owner_is_known(self):
        hands = [hand.person for hand in self.hall.floor.hands]
        assert len(hands) == len(set(hands))
        for hand in self.hall.floor.hands:
            if hand.seat is not None:
                assert self.hall.floor.seats[hand.seat].person == hand.person

    @invariant()
    def no_two_increments_meet_in_a_part_and_each_has_the_next_number(self):
        carried = [one.part for one in since(self.hall.captions, 0)]
        said = [one.part for one in self.hall.captions.said()]
        assert (carried, said) == (sorted(set(carried)), sorted(said))
        numbers = [no for p in self.hall.captions.pages for post in p for no in numbers_of(post)]
        assert numbers == list(range(1, self.hall.captions.next_no))

    @invariant()
    def only_lines_that_stand_are_proven(self):
        floor = self.hall.floor
        assert floor.proven.keys() <= floor.lines.keys()

    @invariant()
    def only_the_clock_or_somebody_opens_and_an_end_is_one(self):
        moves = [
            e.record["facts"]["state"] for e in self.entries if e.record["kind"] == "hall_moved"
        ]
        assert State.ENDED not in moves[:-1]


def numbers_of(post):
    return range(post.no, post.no + len(post.parts))


def without(entry, person):
    return replace(entry, texts=tuple(text for text in entry.texts if text.person != person))


TestAnyEvening = AnyEvening.TestCase
TestAnyEvening.settings = settings(
    max_examples=300, stateful_step_count=50, deadline=None, database=None
)
