"""Encoders not written here publish over WHIP, and what they say is heard: Pion (Go), aiortc."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT, TownHall, until
from tests.e2e.people import VOICES, crowd, last_line, lines, stream
from tests.e2e.sound import as_said, decoded, envelope, heard_in
from tests.peers.with_aiortc import publish

SECONDS = float(os.environ.get("E2E_SECONDS", "12"))
SPOKEN_S = SECONDS + 8
PION = ROOT / "tests/peers/pion"


@dataclass(frozen=True)
class Told:
    whip: str
    token: str
    folder: Path


def needs_go() -> str:
    go = shutil.which("go")
    if go is None:
        pytest.skip("Go is not on this machine: Pion cannot be built, and was not tried")
    return go


def with_pion(*more: str) -> Callable[[Told], Awaitable[None]]:
    async def speak(told: Told) -> None:
        client, voice = told.folder / "pion", told.folder / "voice.ogg"
        build = [needs_go(), "build", "-mod=readonly", "-o", client, "."]
        await asyncio.to_thread(subprocess.run, build, cwd=PION, check=True, timeout=300)
        page = ["-c:a", "copy", "-page_duration", "20000", voice]  # One packet a page.
        ask = ["ffmpeg", "-v", "error", "-i", VOICES / "ana.opus", *page]
        await asyncio.to_thread(subprocess.run, ask, check=True)
        args = ["-whip", told.whip, "-pass", told.token, "-file", voice, "-seconds", str(SPOKEN_S)]
        process = await asyncio.create_subprocess_exec(client, *args, *more)
        assert await process.wait() == 0

    return speak


async def with_aiortc(told: Told) -> None:
    await publish(told.whip, told.token, VOICES / "ana.opus", SPOKEN_S)


@pytest.mark.parametrize(
    "speak",
    [with_pion(), with_pion("-tcp"), with_aiortc],
    ids=["Pion", "Pion over TCP", "aiortc"],
)
async def test_an_encoder_that_was_not_written_here_is_heard(
    town_hall: TownHall, tmp_path: Path, speak: Callable[[Told], Awaitable[None]]
) -> None:
    given = town_hall.live_hall("ana")["ana"]
    told = Told(f"{town_hall.page}/whip/eve/ana", given["pass"], tmp_path)
    speaking = asyncio.create_task(speak(told))

    async def heard() -> bool:
        if speaking.done():
            await speaking
        return [line["heard"] for line in lines(town_hall)] == [True]

    await until(heard, "a line that is heard", 120)
    save = str(tmp_path / "heard.mp4")
    listeners = {"count": 1, "stream": stream(town_hall), "save": save}
    listening = await crowd(tmp_path, "listen", {"seconds": SECONDS, "listeners": listeners})
    listened = await last_line(listening)
    line = lines(town_hall)[0]
    await speaking

    said, sound = envelope(decoded(VOICES / "ana.opus")), heard_in(tmp_path / "heard.mp4")
    score, gone = as_said(sound, said)
    print(f"correlation {score:.3f}, {len(sound) / 100:.0f} s, {line}")
    assert listened["listeners"]["missed"] == 0
    assert score >= 0.9
    assert gone == []
    assert line["rtt_ms"] is None or line["rtt_ms"] < 100


async def test_they_are_refused_as_anyone_is(town_hall: TownHall, tmp_path: Path) -> None:
    given = town_hall.live_hall("ana", "ben")
    told = Told(f"{town_hall.page}/whip/eve/ana", given["ben"]["pass"], tmp_path)

    with pytest.raises(AssertionError, match="seat_foreign"):
        await with_aiortc(told)
