"""A thousand others flood the door, without passes: they come and go, or connect and say nothing.
Two hundred who are behind one address hear all the same, and those inside miss nothing."""

import time
from pathlib import Path

import pytest

from tests.e2e.far import PORT, SERVER, far, told
from tests.e2e.nat import Nat, is_possible

OTHERS = [f"60.{n // 250}.{n % 250}.7" for n in range(1_000)]
"""Each of another network, so that no limit on one of them stops them."""
CAMPUS = "61.0.0.1"
HONEST, INSIDE = 200, 100
FLOOD_S = 18
WITHIN_MS = 5_000


def test_a_campus_behind_one_address_hears_beside_a_flood_from_a_thousand(tmp_path: Path) -> None:
    if not is_possible():
        pytest.skip("a network of its own needs root, ip and nft; it was not tried")
    with Nat(f"f{tmp_path.stat().st_ino % 10_000}") as nat:
        nat.straight(["60.0.0.0/8", "61.0.0.0/8"], [*OTHERS, CAMPUS])
        with far(nat, tmp_path) as place:
            stream = f"http://{SERVER}:{PORT + 1}/h/eve/live.mp4"
            sits = place.listeners(INSIDE, FLOOD_S + 10, SERVER)
            inside = place.crowd("people", "inside", sits)
            time.sleep(3)
            flood = {"stream": stream, "sources": OTHERS, "at_once": 15_000, "within_ms": 10_000}
            order = {"seconds": FLOOD_S, "visitors": {**flood, "per_s": 5_000, "silent": True}}
            silent = [place.crowd("people", f"silent-{n}", order) for n in range(2)]
            order = {"seconds": FLOOD_S, "visitors": {**flood, "per_s": 3_000, "within_ms": 1_000}}
            coming = place.crowd("people", "coming", order)
            time.sleep(6)
            wanted = place.listeners(HONEST, 8, SERVER, sources=[CAMPUS])
            campus = told(place.crowd("people", "campus", wanted))[-1]["listeners"]
            figures = place.metrics()
            floods = [told(one)[-1]["visitors"] for one in (*silent, coming)]
            sat = told(inside)[-1]["listeners"]

    print(campus["playing"], campus["refused"], campus["first_sound_ms"]["max"])
    print([(one["begun"], one["connected"], one["heard"]) for one in floods], figures)
    refused = figures['hustings_edge_refused_total{code="slow_head"}']
    assert sum(one["connected"] for one in floods) > 30_000
    assert refused > 1_000, "the flood was noticed"
    assert campus["playing"] == HONEST
    assert campus["first_sound_ms"]["max"] <= WITHIN_MS
    assert campus["missed"] == 0
    assert (sat["playing"], sat["missed"]) == (INSIDE, 0)
