"""What is measured of peers: bytes that come in any pieces, a crowd's counts, a core's accounts."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from benches.peers import bench, machine
from benches.peers.machine import Spent
from benches.peers.ogg import HEAD, Ear, NotSound, Pages
from benches.peers.tally import Hearing, Tally, percentile, spread, total
from hypothesis import given
from hypothesis import strategies as st

OK = b"HTTP/1.0 200 OK\r\nServer: x\r\n\r\n"


def page(granule, number, size=700):
    lacing = bytes([255] * (size // 255) + [size % 255])
    return HEAD.pack(b"OggS", 0, 0, granule, 7, number, 0, len(lacing)) + lacing + b"x" * size


def cut(data, places):
    edges = [0, *sorted(place % len(data) for place in places), len(data)]
    return [data[one:two] for one, two in pairwise(edges)]


@given(st.lists(st.integers(0, 5_000), max_size=9))
def test_pages_are_whole_however_their_bytes_come(places):
    sent = [(n * 11_520, n) for n in range(5)]
    pages = Pages()

    came = [
        one
        for piece in cut(b"".join(page(*one) for one in sent), places)
        for one in pages.feed(piece)
    ]

    assert came == sent


def test_sound_comes_first_with_the_first_page_that_holds_some():
    ear = Ear(1_000)

    ear.take(OK + page(0, 0) + page(0, 1), 1_100)
    before = ear.hearing.plays
    ear.take(page(96_000, 9), 1_300)

    assert (before, ear.hearing.first_ms - ear.hearing.asked_ms) == (False, 300)


def test_a_page_that_the_numbering_skips_is_missing():
    ear = Ear(0)

    ear.take(OK + page(11_520, 2) + page(23_040, 3) + page(57_600, 6), 10)

    assert (ear.pieces, ear.missing) == (3, 2)


@pytest.mark.parametrize("said", [b"HTTP/1.0 403 No\r\n\r\n", OK + b"<html>" + b" " * 40])
def test_an_answer_that_is_no_sound_is_none(said):
    with pytest.raises(NotSound):
        Ear(0).take(said, 1)


def test_a_listener_stalls_once_for_each_time_the_buffer_runs_dry():
    hearing = Hearing(0)

    for at in (0, 240, 480, 3_000, 3_240, 6_000):
        hearing.came(at, 240)

    assert (hearing.stalls, hearing.longest_until(6_001)) == (2, 2_760)
    assert hearing.longest_until(6_100) == 100


def test_a_burst_is_patience():
    hearing = Hearing(0)

    hearing.came(0, 240)
    hearing.came(0, 10_000)
    hearing.came(11_000, 240)

    assert hearing.stalls == 0


def test_crowds_add_up():
    one = Tally(wanted=2, playing=1, first_sound_ms=Counter({5: 1}), waits_ms=Counter({240: 1}))
    other = Tally(wanted=3, playing=3, stalls=1, first_sound_ms=Counter({5: 2, 9: 1}))

    both = total([one, other])

    assert both == Tally(
        wanted=5,
        playing=4,
        stalls=1,
        first_sound_ms=Counter({5: 3, 9: 1}),
        waits_ms=Counter({240: 1}),
    )


def test_percentiles_are_values_that_were_seen():
    counts = Counter({100: 98, 200: 1, 900: 1})

    assert spread(counts, 100) == {"p50": 0, "p99": 100, "max": 800}
    assert percentile(Counter(), 0.5) is None


def test_a_listener_costs_what_the_core_did_beyond_calm():
    calm = Spent(at_ms=0, core_us=0, own_us=0, stolen_us=0, rss=1_000, kernel=5_000)
    quiet = replace(calm, at_ms=5_000, core_us=500_000)
    began = replace(quiet, at_ms=9_000, core_us=1_000_000, rss=21_000, kernel=105_000)
    ended = replace(began, at_ms=19_000, core_us=4_000_000, own_us=1_500_000, stolen_us=20_000)

    told = bench.costs((calm, quiet), (began, replace(ended)), ears=10)

    assert told == {
        "server_us_per_listener_second": 20_000.0,
        "process_us_per_listener_second": 15_000.0,
        "core_busy_share": 0.3,
        "calm_busy_share": 0.1,
        "stolen_share": 0.002,
        "bytes_per_listener": {"rss": 2_000, "kernel": 10_000},
    }


def test_processor_time_is_read_past_a_name_with_spaces():
    stat = "12 (a b) c) S 1 1 1 0 -1 4 1 0 0 0 30 12 0 0 20 0 1"

    assert machine.own_us(stat) == 42 * machine.TICK_US


def test_stolen_time_is_that_of_the_core_that_serves():
    stat = "cpu 1 1 1 1 1 1 1 99 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\ncpu1 1 1 1 1 1 1 1 77 0 0\n"

    assert machine.stolen_us(stat) == 8 * machine.TICK_US
