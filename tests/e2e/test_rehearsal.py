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
