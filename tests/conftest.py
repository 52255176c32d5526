"""How many tests run beside each other: fewer, where one hears or times what others disturb."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
ALONE = frozenset({"test_hls_on_the_page", "test_hostile_packets"})
PAIRS = {
    "first_pair": {
        "one": {"test_an_evening"},
        "other": {"test_air", "test_control_plane_gone", "test_hls"},
    },
    "second_pair": {
        "one": {"test_led_floor", "test_mouth_to_ear"},
        "other": {"test_speaking_over_tcp", "test_two_stages"},
    },
}
"""By file: one after the other, beside those of the other half, which take about as long."""
LISTED = ALONE.union(*(half for halves in PAIRS.values() for half in halves.values()))
# A name that leads to none would hide a renamed one.
assert {path.stem for path in HERE.glob("*/test_*.py")} >= LISTED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.stem in ALONE:
            item.add_marker(pytest.mark.alone)
        for pair, halves in PAIRS.items():
            for half, files in halves.items():
                if item.path.stem in files:
                    item.add_marker(getattr(pytest.mark, pair))
                    item.add_marker(pytest.mark.xdist_group(half))
