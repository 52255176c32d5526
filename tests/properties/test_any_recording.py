"""Whatever dies or fills up, and however parts come: each that can be had is kept, and once."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hustings.recorder.recording import KEPT_PARTS, Recording
from hustings.testing.parts import stream_part

FIRST = 155_208_333
PACKETS = [b"\xfc"] * 12
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["heard", "deaf", "killed", "full", "no room", "shuffled"]),
        st.integers(1, KEPT_PARTS // 2),
    ),
    max_size=12,
)


class Disk:
    def __init__(self):
        self.kept, self.bytes, self.full = [], 0, False

    def load(self):
        return set(self.kept)

    def append(self, part):
        if self.full:
            raise OSError(28, "")
        self.kept.append(part.no)


class Evening:
    """A stage that goes on making parts and keeps the last half minute, and one that records it."""

    def __init__(self):
        self.disk, self.made = Disk(), FIRST
        self.recording = Recording(self.disk)

    def send(self, first, turn=lambda numbers: numbers):
        oldest = max(FIRST, self.made - KEPT_PARTS)
        for no in turn(list(range(max(first, oldest), self.made))):
            self.recording.take(stream_part(no, PACKETS))

    def second(self, *, room=True):
        if self.recording.beat(on=True, ended=False, room=room).ask_anew:
            self.send(self.recording.next or 0)

    def step(self, what, count):
        before, self.made = self.made, self.made + count
        match what:
            case "heard":
                self.send(before)
            case "shuffled":
                self.send(before, lambda numbers: numbers[::-1] + numbers[::2])
            case "killed":
                self.recording = Recording(self.disk)
            case "full":
                self.disk.full = True
                self.send(before)
                self.disk.full = False
            case "no room":
                self.second(room=False)
                self.send(before)
        self.second()
        self.send(self.recording.next or 0)


@given(STEPS)
@settings(deadline=None)
def test_whatever_happens_for_less_than_half_a_minute_every_part_is_kept_once(steps):
    evening = Evening()
    for step in steps:
        evening.step(*step)

    assert sorted(evening.disk.kept) == list(range(FIRST, evening.made))
    assert evening.recording.missing == 0


@given(STEPS, st.integers(KEPT_PARTS + 1, 3 * KEPT_PARTS))
@settings(deadline=None)
def test_what_nobody_has_any_more_is_counted_as_missing_and_nothing_else(steps, away):
    evening = Evening()
    evening.step("heard", 5)
    evening.step("deaf", away)
    for step in steps:
        evening.step(*step)

    gone = away - KEPT_PARTS
    assert evening.recording.missing == gone
    assert len(evening.disk.kept) == len(set(evening.disk.kept)) == evening.made - FIRST - gone
