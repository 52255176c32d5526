"""Synthetic speakers and listeners of a crowd process, over a real town hall."""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

from tests.e2e.conftest import HUSTINGS, ROOT, TownHall, until

MEDIA = HUSTINGS.with_name("hustings-media")
VOICES = ROOT / "src/hustings/voices"


def speaker(hall: TownHall, seat: str, given: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One speaker of the hall `eve` for a crowd's order, looping a recorded voice."""
    return {
        "whip": f"{hall.page}/whip/eve/{seat}",
        "pass": given["pass"],
        "file": str(VOICES / "ana.opus"),
        "loop": True,
        **more,
    }


def stream(hall: TownHall) -> str:
    return f"http://127.0.0.1:{hall.port + 1}/h/eve/live.mp4"


def lines(hall: TownHall) -> list[dict[str, Any]]:
    """What the stage says of each line, as those backstage see it."""
    with hall.api as api:
        told: list[dict[str, Any]] = api.get("/halls/eve").raise_for_status().json()["lines"]
    return sorted(told, key=lambda line: line["seat"])


async def crowd(folder: Path, name: str, order: dict[str, Any]) -> asyncio.subprocess.Process:
    path = folder / f"{name}.json"
    path.write_text(json.dumps(order))
    return await asyncio.create_subprocess_exec(
        MEDIA, "crowd", path, stdout=asyncio.subprocess.PIPE, limit=1 << 20
    )


async def last_line(process: asyncio.subprocess.Process) -> dict[str, Any]:
    out, _ = await process.communicate()
    told: dict[str, Any] = json.loads(out.splitlines()[-1])
    return told


class Talking:
    """A crowd's speakers, and how they stand."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process, self.speakers = process, list[dict[str, Any]]()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stdout
        async for line in self.process.stdout:
            self.speakers = json.loads(line)["speakers"]

    async def stand(self, count: int, breaks: int = 0) -> bool:
        """So many lines of each speaker, after so many broke."""
        return bool(self.speakers) and all(
            one and one["lines"] == count and one["reconnects"] >= breaks for one in self.speakers
        )

    async def through_the_death_of(self, hall: TownHall, stage: str) -> None:
        """Until a window of what is said is whole again at the stage that is back."""
        before = hall.pid(stage)
        breaks = min(one["reconnects"] for one in self.speakers)
        os.kill(before, signal.SIGKILL)
        await until(lambda: self.stand(2, breaks + 1), f"{stage} with its lines back")
        assert hall.pid(stage) != before
        await asyncio.sleep(1.5)

    async def end(self) -> list[dict[str, Any]]:
        self.process.terminate()
        await self._reading
        await self.process.wait()
        return self.speakers
