"""`hustings rehearse` against a running town hall with several edges on one port."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.e2e.conftest import HUSTINGS, TownHall


def rehearse(hall: TownHall, address: str, *more: str) -> "subprocess.CompletedProcess[str]":
    told = ["rehearse", address, "--data", str(hall.data), "--json", *more]
    return subprocess.run([HUSTINGS, *told], capture_output=True, text=True, timeout=150)


def test_a_rehearsal_on_two_edges_of_one_port_is_a_go_and_leaves_nothing(tmp_path: Path) -> None:
    hall, plots = TownHall(tmp_path / "data", "--edges", "2", "--cadence", "4"), tmp_path / "r.html"
    try:
        few = ("--listeners", "60", "--join-rate", "100", "--seconds", "4", "--html", str(plots))
        done = rehearse(hall, "before-eve", *few)
        with hall.api as api:
            state = api.get("/halls/before-eve").json()["state"]
    finally:
        hall.stop()

    told: dict[str, Any] = json.loads(done.stdout or "null")
    assert done.returncode == 0, (done.stderr, told and told["findings"])
    assert (told["verdict"], told["gives_way_first"]) == ("go", "descriptors of the edges")
    assert max(sample["playing"] for sample in told["samples"]) == 60
    assert {sample["missed"] for sample in told["samples"]} == {0}
    assert "<svg" in plots.read_text()
    assert state == "ended"


def test_a_town_hall_that_people_know_is_not_rehearsed_in(town_hall: TownHall) -> None:
    town_hall.live_hall("ana")

    done = rehearse(town_hall, "eve", "--listeners", "10")

    assert done.returncode == 2
    assert "people would hear the rehearsal" in done.stderr + done.stdout


def test_what_a_fleet_would_need_is_worked_out_without_one() -> None:
    ask = ["rehearse", "--simulate", "--listeners", "60000", "--join-rate", "5000", "--dying", "1"]
    done = subprocess.run([HUSTINGS, *ask, "--json"], capture_output=True, text=True, timeout=100)
    told: dict[str, Any] = json.loads(done.stdout)
    fewer = [*ask, "--fleet", str(told["edges"] - 1), "--json"]
    less = subprocess.run([HUSTINGS, *fewer], capture_output=True, text=True, timeout=100)

    assert 4 <= told["edges"] <= 8
    assert (told["heard_within_5_s"], told["missed_parts"], told["waiting_most"]) == (1.0, 0, 0)
    assert told["lost_with_edges"] > 1_000
    worse = json.loads(less.stdout)
    assert worse["waiting_most"] > 0 or worse["missed_parts"] > 0


def test_more_than_one_machine_can_make_are_not_rehearsed_but_can_be_simulated() -> None:
    ask = [HUSTINGS, "rehearse", "big", "--listeners", "300000"]
    done = subprocess.run(ask, capture_output=True, text=True, timeout=30)

    assert done.returncode == 2
    assert "--simulate" in done.stderr
