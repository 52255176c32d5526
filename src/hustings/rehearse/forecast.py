"""A whole evening of a fleet in virtual time (spec/processes.md, "forecast"): how many edges a
crowd takes. The door is the edge's own; what it costs is told, and was measured elsewhere."""

import json
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hustings.domain.refusals import StartRefused

KBIT_PER_LISTENER = 72
"""With all headers: 64 kbit/s of sound."""
NEWCOMERS = int((20_000 - 512) * 0.98)
"""As many an edge takes where it has 20,000 descriptors."""
HEAR_SOON = 0.99
EDGES_MAX = 1_000
AFTER_S = 30


@dataclass(frozen=True)
class Fleet:
    """What an edge takes, and what happens to some."""

    us_per_part: float
    us_per_join: float
    uplink_mbit: int | None = None
    dying: int = 0
    rtt_ms: float = 40.0
    seed: int = 1
    kbit_per_listener: float = KBIT_PER_LISTENER
    cores: float = 1.0
    sealed: bool = False


@dataclass(frozen=True)
class Crowd:
    listeners: int
    per_s: float

    @property
    def within_s(self) -> float:
        return self.listeners / self.per_s


def evening(media: str, crowd: Crowd, fleet: Fleet, edges: int) -> dict[str, Any]:
    """One evening with so many edges. Raises StartRefused where it cannot be run."""
    dies_s = int(crowd.within_s / 2)
    order = {
        "edges": edges,
        "listeners": crowd.listeners,
        "within_s": crowd.within_s,
        "seconds": int(crowd.within_s) + AFTER_S,
        "dying": [[dies_s, fleet.dying]] if fleet.dying else [],
        "rtt_ms": fleet.rtt_ms,
        "seed": fleet.seed,
        "edge": {
            "us_per_part": fleet.us_per_part,
            "us_per_join": fleet.us_per_join,
            "descriptors": 20_000 - 512,
            "uplink_mbit_per_s": fleet.uplink_mbit,
            "kbit_per_listener": fleet.kbit_per_listener,
            "cores": fleet.cores,
            "sealed": fleet.sealed,
        },
    }
    with tempfile.TemporaryDirectory(prefix="hustings-") as folder:
        path = Path(folder) / "forecast.json"
        path.write_text(json.dumps(order))
        done = subprocess.run([media, "forecast", path], capture_output=True, text=True)
    if done.returncode:
        raise StartRefused(f"No forecast: {done.stderr.strip()}", "Mend that, and try again.")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def holds(told: dict[str, Any]) -> bool:
    """Whether it was an evening as it should be."""
    nobody_waits = told["waiting_most"] == 0
    return bool(told["heard_within_5_s"] >= HEAR_SOON and nobody_waits and not told["missed_parts"])


def fewest(
    run: Callable[[int], dict[str, Any]], listeners: int, dying: int
) -> tuple[int, dict[str, Any]]:
    """The fewest edges with which an evening holds, and that evening. Raises StartRefused."""
    low, high = 0, max(dying + 1, -(-listeners // NEWCOMERS))
    while not holds(told := run(high)):
        low, high = high, 2 * high
        if low >= EDGES_MAX:
            raise StartRefused(
                f"Not even {low} edges are enough.",
                "Give each a better line, or have them come slower.",
            )
    while high - low > 1:
        middle = (low + high) // 2
        found = run(middle)
        if holds(found):
            high, told = middle, found
        else:
            low = middle
    return high, told
