"""`hustings bench loss`, short: it measures what the link does to a real speaker's page."""

from tests.e2e.test_benches import bench

SECONDS = 10
PACKETS = 50 * SECONDS


def test_a_clean_line_loses_nothing_and_all_of_it_came_through_the_link() -> None:
    few = ("--seconds", str(SECONDS), "--percent", "0", "--rtt-ms", "20", "--jitter-ms", "0")
    figures = bench("loss", *few)

    print(figures)
    assert (figures["programme_lost_percent"], figures["recording_lost_percent"]) == (0, 0)
    # What comes late on a machine that does other work beside is late for the return as well.
    assert figures["return_lost_percent"] < 5
    assert set(figures["stage"]) == {"received", "repaired", "concealed"}
    for way in ("to_stage", "to_speaker"):
        assert figures["link"][way]["passed"] > 2 * PACKETS
        assert figures["link"][way]["dropped"] == 0
    asked = {"seconds": SECONDS, "percent": 0, "rtt_ms": 20, "jitter_ms": 0, "burst_ms": 0}
    asked |= {"every_ms": 5_000, "outage_ms": 0, "seed": 1, "stages": 2}
    assert {name: figures[name] for name in asked} == asked


def test_what_a_bad_line_loses_is_had_again_before_the_crowd_hears_it() -> None:
    few = ("--seconds", str(SECONDS), "--percent", "10", "--stages", "1", "--beside")
    figures = bench("loss", *few)

    print(figures)
    # A bare receiver has no way to have them again: what it loses is the line's, and more.
    assert 5 < figures["aiortc"]["lost_percent"] < 70
    # Of 500 frames 50 are lost on the way; the machine does other work beside.
    assert figures["programme_lost_percent"] <= 0.4
    assert figures["stage"]["repaired"] > 20
    assert figures["return_lost_percent"] < 6


def test_dead_seconds_are_missed_where_they_outlast_the_window_and_not_in_the_recording() -> None:
    few = ("--seconds", str(SECONDS), "--percent", "0", "--outage-ms", "2000", "--stages", "1")
    figures = bench("loss", *few)

    print(figures)
    assert 5 < figures["programme_lost_percent"] <= 100 * 2 / SECONDS + 1
    assert figures["recording_lost_percent"] <= 0.2
    assert figures["return_lost_percent"] >= 100 * 1.8 / SECONDS
    assert figures["link"]["to_stage"]["dropped"] > 50
