"""Whatever people ask, in whatever order: the house rules of a hall hold, and its log adds up."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hustings.domain import hall as halls
from hustings.domain.floor import SEATS_MAX
from hustings.domain.hall import MOVES, State
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
    Invitation,
    MoveHall,
    NoteLineDown,
    NoteLineUp,
    SetRecording,
)
from hustings.ledger import chain
from hustings.ledger.records import Entry, seal, unseal_all
from hustings.testing.entropy import SeededEntropy

T0 = 1_790_000_000_000
ROLES = st.sampled_from(Role)
SEATS = st.sampled_from([f"s{n}" for n in range(4)])
PEOPLE = st.integers(0, 5).map(lambda n: f"p_{n:016}")
LINES = st.sampled_from(["l1", "l2", "l3"])


class AnyEvening(RuleBasedStateMachine):
    """The live hall equals the fold of its log, and the log verifies, after any wish."""

    @initialize(starts_in=st.one_of(st.none(), st.integers(-5, 60_000)), record=st.booleans())
    def create(self, starts_in, record):
        self.now, self.drawn, self.entropy = T0, 0, SeededEntropy()
        self.entries, self.head = [], chain.GENESIS
        starts_at_ms = None if starts_in is None else T0 + starts_in
        wish = CreateHall(
            hall="demo", title="Demo", starts_at_ms=starts_at_ms, window_ms=600, record=record
        )
        owner = By("p_owner", Role.OWNER)
        self.hall = None
        self.keep(halls.create(wish, by=owner, now_ms=self.now))

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
        try:
            self.keep(halls.decide(self.hall, wish, By(person, role), self.now))
        except Refused:
            assert self.hall is before

    def invitation(self, role):
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
        assert self.hall.recorded == before or state in halls.RECORDING_OPEN

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
    def only_the_clock_or_somebody_opens_and_an_end_is_one(self):
        moves = [
            e.record["facts"]["state"] for e in self.entries if e.record["kind"] == "hall_moved"
        ]
        assert State.ENDED not in moves[:-1]


def without(entry, person):
    return replace(entry, texts=tuple(text for text in entry.texts if text.person != person))


TestAnyEvening = AnyEvening.TestCase
TestAnyEvening.settings = settings(
    max_examples=150, stateful_step_count=25, deadline=None, database=None
)
