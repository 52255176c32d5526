"""Far more than the line feeds, and a router that drops what is over: those inside miss nothing,
all others are told that they have to wait, and the line moves."""

import os
from pathlib import Path

import pytest

from tests.e2e.far import far, told
from tests.e2e.nat import OUTSIDE, Nat, is_possible

COME = int(os.environ.get("E2E_LISTENERS", "1000"))
MBIT = max(1, COME // 50)
SECONDS = int(os.environ.get("E2E_SECONDS", "25"))
FED = MBIT * 1_000 // 42
"""Of a voice of 32 kbit/s, by the line, headers and all."""
BURST_KBYTES = MBIT * 5 // 2


def test_who_is_inside_hears_nothing_of_those_whom_the_line_cannot_feed(tmp_path: Path) -> None:
    if not is_possible():
        pytest.skip("a network of its own needs root, ip and nft; it was not tried")
    with Nat(f"t{tmp_path.stat().st_ino % 10_000}") as nat:
        rate = f"limit rate over {MBIT * 125} kbytes/second burst {BURST_KBYTES} kbytes"
        nat.rules(f"ip saddr 10.77.0.2 {rate}")
        with far(nat, tmp_path, "--uplink-mbit", str(MBIT)) as place:
            come = place.crowd("people", "listen", place.listeners(COME, SECONDS, OUTSIDE))
            said = [line["listeners"] for line in told(come) if line["listeners"]]
            unanswered = place.metrics()["hustings_edge_unanswered_total"]

    last, soon = said[-1], said[3]
    print({name: last[name] for name in ("playing", "waiting", "missed", "refused")}, unanswered)
    assert soon["playing"] + soon["waiting"] == COME
    assert last["playing"] + last["waiting"] == COME
    assert last["missed"] == last["reconnects"] == 0
    assert set(last["refused"]) == {"in_line"}
    assert soon["playing"] < last["playing"] <= FED
    assert last["playing"] > FED // 3
