"""Synthetic speakers and listeners of a crowd process, over a real town hall."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.e2e.conftest import HUSTINGS, ROOT, TownHall

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
