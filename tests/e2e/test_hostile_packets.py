"""Promise 1: whatever is sprayed at the speakers' port, nobody hears it."""

import asyncio
import os
from pathlib import Path
from typing import Any

import numpy as np

from tests.e2e.conftest import TownHall, until
from tests.e2e.hostile import MAY_SPOOF, Spray, overheard, ports_of
from tests.e2e.people import VOICES, crowd, last_line, lines, speaker, stream
from tests.e2e.sound import RATE_HZ, best_match, decoded, envelope, heard_in, holes

SECONDS = float(os.environ.get("E2E_SECONDS", "10"))
PER_S = 4_000
SEED = 20_261_125
CHRIS_OFFSET_MS = 31_000
LOSSES = ("lost", "repaired", "concealed")


def three(hall: TownHall, given: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    ben, ana = str(VOICES / "ben.opus"), str(VOICES / "ana.opus")
    return [
        speaker(hall, "ana", given["ana"], file=ana),
        speaker(hall, "ben", given["ben"], file=ben),
        speaker(hall, "chris", given["chris"], file=ana, offset_ms=CHRIS_OFFSET_MS),
    ]


def said_by_three() -> np.ndarray:
    ana, ben = decoded(VOICES / "ana.opus"), decoded(VOICES / "ben.opus")
    length = max(len(ana), len(ben))
    ana, ben = (np.pad(voice, (0, length - len(voice))) for voice in (ana, ben))
    return envelope(ana + ben + np.roll(ana, CHRIS_OFFSET_MS * RATE_HZ // 1000))


def losses(hall: TownHall) -> dict[str, int]:
    return {name: sum(line[name] for line in lines(hall)) for name in LOSSES}


async def stretch(hall: TownHall, doing: Any) -> dict[str, int]:
    """What was lost and how while something went on."""
    before = losses(hall)
    await doing
    await asyncio.sleep(2)  # The next report of the stage, and its way to the desk.
    after = losses(hall)
    return {name: after[name] - before[name] for name in LOSSES}


async def test_hostile_datagrams_at_the_speakers_port_are_heard_by_nobody(
    town_hall: TownHall, tmp_path: Path
) -> None:
    given = town_hall.live_hall("ana", "ben", "chris")
    listeners = {"count": 20, "stream": stream(town_hall), "save": str(tmp_path / "heard.mp4")}
    talking = await crowd(tmp_path, "talk", {"speakers": three(town_hall, given)})

    async def all_heard() -> bool:
        return [line["heard"] for line in lines(town_hall)] == [True] * 3

    await until(all_heard, "three lines that are heard")
    listening = await crowd(tmp_path, "listen", {"listeners": listeners})
    pid, standing = town_hall.pid("stage-1"), [line["line"] for line in lines(town_hall)]
    spray = Spray(town_hall.port + 2, SEED)
    real = await asyncio.to_thread(overheard, town_hall.port + 2, 300) if MAY_SPOOF else []
    planned = spray.plan(ports_of(talking.pid), real)

    calm = await stretch(town_hall, asyncio.sleep(SECONDS))
    attack = asyncio.to_thread(spray.run, planned, PER_S, SECONDS)
    sprayed = await stretch(town_hall, attack)
    spray.close()
    after = lines(town_hall)
    listening.terminate()
    talking.terminate()
    listened, talked = await last_line(listening), await last_line(talking)

    heard = heard_in(tmp_path / "heard.mp4")
    said = said_by_three()
    score, at = best_match(heard, said)
    print(f"{spray.sent} datagrams; calm {calm}, sprayed {sprayed}; correlation {score:.3f}")
    assert spray.sent >= PER_S * SECONDS * 0.9
    assert [line["line"] for line in after] == standing
    assert [line["heard"] for line in after] == [True] * 3
    assert [told["reconnects"] for told in talked["speakers"]] == [0] * 3
    assert sprayed["concealed"] <= calm["concealed"]
    assert (listened["listeners"]["playing"], listened["listeners"]["missed"]) == (20, 0)
    assert listened["listeners"]["reconnects"] == 0
    assert town_hall.pid("stage-1") == pid
    assert score >= 0.9
    assert holes(heard, said, at) == []
