"""Promise 6: owner and producer gone before the start, it begins, and a co-producer carries on."""

import os
import time
from datetime import UTC, datetime, timedelta

import pytest

from hustings.client import Client, Refused
from tests.e2e.conftest import TownHall, until

BEFORE_S = int(os.environ.get("E2E_BEFORE_S", "20"))


async def test_a_hall_whose_host_is_gone_begins_and_goes_on_in_other_hands(
    town_hall: TownHall,
) -> None:
    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=BEFORE_S)
    with Client(town_hall.page, owner(town_hall)) as house:
        house.create("Eve of it", hall="eve", starts_at=starts_at)
        hall = house.hall("eve")
        hall.announce()
        host, pia, quin = (hall.give_pass("producer", name) for name in ("Host", "Pia", "Quin"))
        hall.charge("producer", host["person"])
        hall.open()
        house.erase(host["person"])
        house.erase(pia["person"])
    (town_hall.data / "owner.pass").unlink()

    with Client(town_hall.page, quin["pass"]) as carrying_on:
        eve = carrying_on.hall("eve")

        async def live() -> bool:
            # An edge knows by the clock, a moment before the desk has it in its log.
            return eve.state()["state"] == eve.shown()["state"] == "live"

        await until(live, "the start", BEFORE_S + 5)
        begun = eve.shown()
        late_ms = time.time() * 1000 - starts_at.timestamp() * 1000
        eve.charge("producer")
        eve.pause()
        resumed = eve.resume()
    with Client(town_hall.page, host["pass"]) as gone, pytest.raises(Refused) as refused:
        gone.hall("eve").pause()

    print(f"seen {late_ms:.0f} ms after the announced second")
    assert begun["since_ms"] == starts_at.timestamp() * 1000
    assert begun["listen_url"] == resumed["listen_url"] == f"{town_hall.page}/h/eve"
    assert late_ms < 1000
    assert refused.value.code == "pass_revoked"


def owner(hall: TownHall) -> str:
    return (hall.data / "owner.pass").read_text().strip()
