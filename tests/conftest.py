"""How many tests run beside each other: fewer, where one hears or times what others disturb."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
ALONE = frozenset(
    {
        "test_hls_on_the_page",
        "test_hostile_packets",
        "test_mouth_to_ear",
        "test_speaking_over_tcp",
        "test_two_stages",
    }
)
PAIRED = frozenset(
    {
        "test_air",
        "test_an_evening",
        "test_control_plane_gone",
        "test_hls",
        "test_led_floor",
    }
)
"""By file. A name that leads to none would hide a renamed one, and is told at once."""
assert {path.stem for path in HERE.glob("*/test_*.py")} >= ALONE | PAIRED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.stem in ALONE:
            item.add_marker(pytest.mark.alone)
        elif item.path.stem in PAIRED:
            item.add_marker(pytest.mark.paired)
