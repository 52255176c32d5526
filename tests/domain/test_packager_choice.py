"""Which stage a packager listens to; crates/media/src/feed/choice_test.rs says it of edges."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hustings.parts.choice import PATIENCE_MS, Choice
from hustings.parts.listen import Stages
from hustings.parts.stream import Part
from hustings.testing.clock import ManualClock


class Packager:
    """Between two stages."""

    def __init__(self):
        self.choice, self.now_ms = Choice(), 1_000
        self.choice.sources(("one", "two"))

    def came(self):
        parts = iter(self.choice.poll, None)
        return [part.messages.decode() for part in parts]

    def part(self, source, no):
        self.choice.handle(Part(no, f"{source} {no}".encode(), ()), source, self.now_ms)
        return self.came()

    def broke(self, source):
        self.choice.broke(source, self.now_ms)
        return self.came()

    def wait(self, ms):
        self.now_ms += ms
        self.choice.tick(self.now_ms)
        return self.came()


def between_two():
    packager = Packager()
    packager.part("one", 10)
    packager.part("two", 10)
    return packager


def test_one_stage_is_stayed_with_whoever_is_first():
    packager = between_two()

    came = [packager.part("two", no) + packager.part("one", no) for no in range(11, 14)]

    assert came == [["one 11"], ["one 12"], ["one 13"]]
    assert packager.choice.changes == 0


def test_of_newcomers_the_one_that_goes_back_furthest_is_taken():
    packager, close, alone = Packager(), Packager(), Packager()

    assert packager.part("one", 10) == []
    assert packager.part("two", 3) == ["two 3"]
    close.part("two", 9)
    assert close.part("one", 10) == ["one 10"]
    assert alone.part("one", 10) == []
    assert alone.wait(PATIENCE_MS) == ["one 10"]


def test_a_stage_that_breaks_is_left_at_once_and_not_gone_back_to():
    packager = between_two()
    packager.part("two", 11)

    assert packager.broke("one") == ["two 11"]
    assert packager.part("one", 12) == []
    assert packager.wait(PATIENCE_MS - 1) == []
    assert packager.part("two", 12) == ["two 12"]
    assert packager.part("one", 13) == []


def test_a_part_that_stays_away_is_taken_from_the_other_after_a_while():
    packager = between_two()
    packager.part("two", 11)

    assert packager.wait(PATIENCE_MS - 1) == []
    assert packager.wait(1) == ["two 11"]
    assert packager.part("one", 11) == []
    assert packager.part("two", 12) == ["two 12"]


def test_a_part_that_a_stage_left_out_is_taken_from_the_other_as_soon_as_it_is_there():
    packager = between_two()

    assert packager.part("one", 12) == []
    assert packager.part("two", 11) == ["two 11"]


def test_a_hole_that_both_have_is_not_waited_for():
    packager = between_two()

    assert packager.part("one", 15) == []
    assert packager.part("two", 15) == ["one 15"]


def test_the_only_stage_goes_on_over_its_own_holes_and_breaks():
    packager = Packager()
    packager.choice.sources(("one",))

    assert packager.part("one", 10) == ["one 10"]
    assert packager.part("one", 12) == ["one 12"]
    packager.broke("one")
    assert packager.part("one", 14) == ["one 14"]


class Ear:
    """Wants whatever comes, in order or to fill a hole."""

    next = None

    def __init__(self):
        self.came = []

    def take(self, part):
        self.came.append(part.messages.decode())


def test_an_ear_hears_one_stage_and_what_it_asked_for_to_fill_a_hole():
    ear = Ear()
    stages = Stages(ear, ManualClock())
    stages.are(("one", "two"))

    for source, no in (("one", 10), ("two", 10), ("two", 11), ("one", 11), ("two", 4)):
        stages.take(Part(no, f"{source} {no}".encode(), ()), source)
    stages.gone("one")
    stages.take(Part(12, b"two 12", ()), "two")

    # What comes again is for the ear to tell; it has seen the number.
    assert ear.came == ["one 10", "one 11", "two 4", "two 12"]


@given(st.lists(st.tuples(st.sampled_from(["one", "two"]), st.integers(0, 3)), max_size=200))
def test_whatever_comes_in_whatever_order_goes_out_in_order_and_never_mixed(steps):
    packager, last, came = Packager(), {"one": -1, "two": -1}, []
    for source, skipped in steps:
        last[source] += 1 + skipped
        packager.now_ms += 1
        came += packager.part(source, last[source])
    came += packager.wait(1_000)

    numbers = [int(one.split()[1]) for one in came]
    changed = sum(a.split()[0] != b.split()[0] for a, b in pairwise(came))
    assert numbers == sorted(set(numbers))
    assert changed <= packager.choice.changes
    if came:
        assert numbers[-1] == max(last.values())
