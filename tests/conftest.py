"""Which tests run alone: those that hear or time what another test beside them would disturb."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
ALONE = frozenset(
    {
        "test_air",
        "test_an_evening",
        "test_control_plane_gone",
        "test_hls",
        "test_hls_on_the_page",
        "test_hostile_packets",
        "test_led_floor",
        "test_mouth_to_ear",
        "test_speaking_over_tcp",
        "test_two_stages",
    }
)
"""By file. A name that leads to none would hide a renamed one, and is told at once."""
assert {path.stem for path in HERE.glob("*/test_*.py")} >= ALONE


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.stem in ALONE:
            item.add_marker(pytest.mark.alone)
