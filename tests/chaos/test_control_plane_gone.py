"""Promise 4: with the desk and the bus gone, people still listen, join, and come back to speak."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

from tests.e2e.conftest import ROOT, TownHall, town_hall  # noqa: F401
from tests.e2e.people import crowd, last_line

GONE_S = float(os.environ.get("CHAOS_SECONDS", "10"))


async def keep_down(hall: TownHall, names: list[str], seconds: float) -> int:
    """Kill whatever of these lives, again and again; how often it was needed."""
    kills = 0
    async with asyncio.timeout(seconds + 5):
        for _ in range(int(seconds * 20)):
            for name in names:
                with suppress(ProcessLookupError, FileNotFoundError, ValueError, KeyError):
                    os.kill(hall.pid(name), signal.SIGKILL)
                    kills += 1
            await asyncio.sleep(0.05)
    return kills


async def test_desk_and_bus_killed_for_a_while_take_no_part_from_anyone(
    town_hall: TownHall,  # noqa: F811
    tmp_path: Path,
) -> None:
    seat = town_hall.live_hall("ana")["ana"]
    stream = f"http://127.0.0.1:{town_hall.port + 1}/h/eve/live.mp4"
    speaker = {
        "whip": f"{town_hall.page}/whip/eve/ana",
        "pass": seat["pass"],
        "file": str(ROOT / "src/hustings/voices/ana.opus"),
        "loop": True,
    }
    first = await crowd(tmp_path, "first", {"seconds": 4, "speakers": [speaker]})
    before = await crowd(
        tmp_path, "before", {"seconds": GONE_S + 8, "listeners": {"count": 50, "stream": stream}}
    )
    await last_line(first)

    killing = asyncio.create_task(keep_down(town_hall, ["desk", "nats"], GONE_S))
    await asyncio.sleep(1)
    seconds = GONE_S - 3
    again = await crowd(tmp_path, "again", {"seconds": seconds, "speakers": [speaker]})
    newcomers = await crowd(
        tmp_path, "new", {"seconds": seconds, "listeners": {"count": 10, "stream": stream}}
    )
    spoke, joined, kills = await last_line(again), await last_line(newcomers), await killing
    stayed = await last_line(before)

    assert kills > 2
    assert (stayed["listeners"]["playing"], stayed["listeners"]["missed"]) == (50, 0)
    assert (joined["listeners"]["playing"], joined["listeners"]["missed"]) == (10, 0)
    assert joined["listeners"]["reconnects"] == stayed["listeners"]["reconnects"] == 0
    assert spoke["speakers"][0]["heard"] is True
