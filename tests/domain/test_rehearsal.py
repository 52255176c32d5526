"""What a rehearsal makes of what was measured."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hustings.domain.refusals import StartRefused
from hustings.rehearse.ears import Said, Wanted, both
from hustings.rehearse.forecast import fewest, holds
from hustings.rehearse.page import page
from hustings.rehearse.scenario import Sample, table
from hustings.rehearse.tally import Tally
from hustings.rehearse.verdict import Measured, Passage, judge, limits_of

NOTHING = Tally(Counter())


def tally(*ms: float) -> Tally:
    return Tally(Counter(ms))


def said(playing: int, parts: int, **more: object) -> Said:
    quiet = Said(playing, playing, playing, 0, parts, 0, 0, Counter(), 20.0, *[NOTHING] * 4)
    return replace(quiet, **more)  # type: ignore[arg-type]


def measured(**more: object) -> Measured:
    before = said(500, 1_000)
    after = said(1_000, 9_000, age_ms=tally(880, 900), late_ms=tally(3))
    told = Measured(
        listeners=1_000,
        passages=[Passage("they sit", before, after, busy=0.05)],
        joined=said(500, 900, first_sound_ms=tally(40, 90)),
        whole_after_ms=840,
        buffer_ms=1_080,
        bits_per_s=48_000,
        room=19_488,
        bytes_per_listener=1_000,
        free_bytes=2_000_000_000,
    )
    return replace(told, **more)  # type: ignore[arg-type]


def test_what_holds_is_a_go_and_says_what_gives_way_first() -> None:
    outcome = judge(measured())

    assert outcome.verdict == "go"
    assert outcome.capacity is not None
    assert (outcome.capacity.what, outcome.capacity.listeners) == (
        "the processor of an edge",
        18_000,
    )
    unmeasured = [f.about for f in outcome.findings if f.verdict == "not measured"]
    assert unmeasured == ["the uplink", "distant phones"]


def test_what_the_processor_bears_is_told_by_the_fullest_house_that_was_watched() -> None:
    told = measured()
    full = told.passages[0]
    coming = replace(full, name="they come", busy=None)
    few = Passage("all but a few have left", full.before, said(20, 9_100), busy=0.001)

    limits = limits_of(replace(told, passages=[coming, full, few]))

    assert limits[0].what == "the processor of an edge"
    assert limits[0].listeners == 18_000


def test_a_single_missed_part_is_a_no_go() -> None:
    told = measured()
    passage = told.passages[0]
    missing = replace(passage, after=replace(passage.after, missed=1))

    outcome = judge(replace(told, passages=[missing]))

    assert outcome.verdict == "no-go"
    assert "1 part was missed while they sit." in [f.sentence for f in outcome.findings]


def test_whoever_stays_outside_is_a_no_go() -> None:
    outside = said(490, 900, wanted=500, refused=Counter(edge_full=37), first_sound_ms=tally(40))

    outcome = judge(measured(joined=outside))

    assert outcome.verdict == "no-go"
    assert any("37 times somebody was refused: edge_full." in f.sentence for f in outcome.findings)


def test_a_crowd_that_is_late_itself_measures_nothing() -> None:
    told = measured()
    passage = told.passages[0]
    late = replace(passage.after, missed=5, late_ms=tally(900))

    outcome = judge(replace(told, passages=[replace(passage, after=late)]))

    assert outcome.verdict == "not measured"


def test_more_listeners_than_there_is_room_for_is_a_no_go() -> None:
    outcome = judge(measured(listeners=20_000))

    assert outcome.verdict == "no-go"


def test_so_few_that_the_processor_does_not_notice_claim_nothing_of_it() -> None:
    told = measured()
    idle = replace(told, passages=[replace(told.passages[0], busy=0.01)])

    assert [limit.what for limit in limits_of(idle)] == ["descriptors of the edges", "memory"]
    assert any("rehearse with more" in f.sentence for f in judge(idle).findings)


def test_edges_elsewhere_have_no_limits_that_we_know() -> None:
    there = measured(room=None, bytes_per_listener=None, free_bytes=None)
    passage = replace(there.passages[0], busy=None)

    outcome = judge(replace(there, passages=[passage]))

    assert outcome.capacity is None
    assert outcome.verdict == "go"


@given(st.lists(st.floats(0.1, 1e5), min_size=1), st.lists(st.floats(0.1, 1e5), min_size=1))
def test_two_crowds_are_counted_as_one(some: list[float], others: list[float]) -> None:
    together = Tally.sum([tally(*some), tally(*others)])

    every = sorted(some + others)
    assert together.at(1.0) == round(every[-1], 2)
    assert together.at(0.5) == round(every[-(-len(every) // 2) - 1], 2)
    assert together.since(tally(*others)).at(1.0) == round(max(some), 2)


def test_a_large_crowd_is_spread_over_processes_and_addresses() -> None:
    orders = list(Wanted(40_000, ["http://edge/live.mp4"], 2_000, network=5).orders())

    assert [order["count"] for order in orders] == [13_334, 13_333, 13_333]
    assert sum(order["ramp_per_s"] for order in orders) == 2_000
    assert orders[2]["sources"][0] == "127.0.7.1"
    assert next(Wanted(10, ["http://edge/live.mp4"], 5).orders())["sources"] == []


def test_the_page_says_the_verdict_and_draws_what_was_measured() -> None:
    samples = [
        Sample(float(t), "they <sit>", said(t * 100, t * 400, age_ms=tally(*[900] * t)), t / 50)
        for t in range(1, 6)
    ]

    written = page({"hall": "<b>"}, judge(measured()), table(samples))

    assert "Rehearsal: <span class='go'>go</span>" in written
    assert written.count("<path ") == 4
    assert "<b>" not in written and "<sit>" not in written
    assert "Not measured." in written


def test_crowds_together_are_as_late_as_the_latest() -> None:
    told = both([said(1, 1, busy_percent=5.0), said(2, 2, busy_percent=70.0)])

    assert (told.playing, told.busy_percent) == (3, 70.0)


def _forecast(edges: int, enough: int) -> dict[str, Any]:
    good = edges >= enough
    share, waiting = (1.0, 0) if good else (0.5, 7)
    return {"heard_within_5_s": share, "waiting_most": waiting, "missed_parts": 0}


@pytest.mark.parametrize("enough", [1, 2, 3, 7, 52, 53, 54, 300])
def test_a_forecast_finds_the_fewest_edges_with_which_an_evening_holds(enough: int) -> None:
    tried = list[int]()

    def run(edges: int) -> dict[str, Any]:
        tried.append(edges)
        return _forecast(edges, enough)

    edges, told = fewest(run, 1_000_000, 0)

    assert edges == max(enough, 1)
    assert holds(told)
    assert len(tried) < 20


def test_a_crowd_that_no_fleet_can_take_is_said_to_be_one() -> None:
    with pytest.raises(StartRefused, match="Not even"):
        fewest(lambda edges: _forecast(edges, 10_000), 1_000, 0)


@pytest.mark.parametrize(
    "worse", [{"heard_within_5_s": 0.9}, {"waiting_most": 1}, {"missed_parts": 1}]
)
def test_an_evening_holds_only_where_all_hear_soon_and_nobody_misses_or_waits(
    worse: dict[str, Any],
) -> None:
    assert holds(_forecast(1, 1))
    assert not holds(_forecast(1, 1) | worse)
