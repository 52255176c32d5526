"""Which tests run beside which: those that hear or time have less beside them, or nothing."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
ALONE = frozenset(
    {
        "test_bench_loss",
        "test_flood",
        "test_hls_on_the_page",
        "test_hostile_http2",
        "test_hostile_packets",
    }
)
"""They count breaks of milliseconds, compare a calm stretch with an attacked one, hold sound
against sound, or take all that a machine has."""
LANES = {
    "paired": {
        "one": {"test_an_evening"},
        "other": {"test_air", "test_control_plane_gone", "test_hostile_http", "test_tls"},
    },
    "listening": {
        "speech": {"test_mouth_to_ear", "test_speaking_over_tcp", "test_two_stages"},
        "playlists": {"test_hls", "test_led_floor"},
    },
}
"""By mark and lane: files of a lane one after the other, beside the other lane, as long as it."""
LONG = ("test_foreign_encoders", "test_proxies", "test_recording", "test_every_page")
"""Begun first, so that nobody waits for them at the end."""
LISTED = ALONE.union(LONG, *(files for lanes in LANES.values() for files in lanes.values()))
# A name that leads to none would hide a renamed one.
assert {path.stem for path in HERE.glob("*/test_*.py")} >= LISTED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.stem not in LONG)
    for item in items:
        if item.path.stem in ALONE:
            item.add_marker(pytest.mark.alone)
        for mark, lanes in LANES.items():
            for lane, files in lanes.items():
                if item.path.stem in files:
                    item.add_marker(mark)
                    item.add_marker(pytest.mark.xdist_group(lane))
