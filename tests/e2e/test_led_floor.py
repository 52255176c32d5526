"""Promise 7: nobody goes on air unheard. Of four callers only the good one is brought up."""

import asyncio
import subprocess
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.e2e.conftest import TownHall, chromium, until
from tests.e2e.people import VOICES, crowd, last_line, speaker, stream
from tests.e2e.sound import a_voice, as_said, envelope, heard_in
from tests.e2e.test_mouth_to_ear import FAKE_MICROPHONE

CALLERS = ("good", "muted", "oneway", "dead")
FOUND = {"good": "proven", "muted": "muted", "oneway": "one_way", "dead": "silent"}
NOTHING = 10 ** (-40 / 20)
"""The room's tone is below this."""


def led_hall(hall: TownHall) -> dict[str, dict[str, Any]]:
    with hall.api as api:
        told = {"hall": "eve", "title": "Eve of it", "led": True}
        api.post("/halls", json=told).raise_for_status()
        given = {seat: hall.seat(seat) for seat in CALLERS}
        api.post("/halls/eve/open").raise_for_status()
    return given


def floor(hall: TownHall) -> dict[str, dict[str, Any]]:
    with hall.api as api:
        told = api.get("/halls/eve/floor").raise_for_status().json()
    return {seat["seat"]: seat for seat in told["seats"]}


def brought_up(hall: TownHall, seat: str) -> tuple[int, str]:
    with hall.api as api:
        answer = api.post(f"/halls/eve/seats/{seat}/up")
        return answer.status_code, answer.json().get("code", "")


async def heard(hall: TownHall, folder: Path, name: str) -> Any:
    order = {"count": 1, "stream": stream(hall), "save": str(folder / f"{name}.mp4")}
    await last_line(await crowd(folder, name, {"seconds": 12, "listeners": order}))
    return heard_in(folder / f"{name}.mp4")


async def sits(page: Page, given: dict[str, Any]) -> None:
    await page.goto(given["studio_url"])
    await page.get_by_role("button", name="Take your seat").click()
    await page.get_by_role("button", name="I hear the stage").click()


async def test_of_four_callers_only_the_one_with_a_good_line_can_be_brought_up(
    town_hall: TownHall, tmp_path: Path
) -> None:
    given = led_hall(town_hall)
    said = envelope(a_voice(tmp_path / "voice.wav"))
    silence = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono", "-t", "60"]
    await asyncio.to_thread(subprocess.run, [*silence, tmp_path / "silence.wav"], check=True)
    files = {"oneway": VOICES / "ben.opus", "dead": tmp_path / "silence.wav"}
    callers = [speaker(town_hall, s, given[s], file=str(file)) for s, file in files.items()]
    calling = await crowd(tmp_path, "callers", {"speakers": callers})

    async with AsyncExitStack() as stack:
        pages = {}
        for name, wav in (("good", "voice.wav"), ("muted", "silence.wav")):
            microphone = f"--use-file-for-fake-audio-capture={tmp_path / wav}"
            browsers = aclosing(chromium(*FAKE_MICROPHONE, microphone))
            pages[name] = await (await anext(await stack.enter_async_context(browsers))).new_page()
            await sits(pages[name], given[name])
        await pages["muted"].get_by_role("switch").click()

        async def told_apart() -> bool:
            seats = await asyncio.to_thread(floor, town_hall)
            return {name: seat["verdict"] for name, seat in seats.items()} == FOUND

        await until(told_apart, "each caller told apart")
        before = await heard(town_hall, tmp_path, "before")
        answers = {name: brought_up(town_hall, name) for name in CALLERS}
        on_air = pages["good"].get_by_text("You are on air.")
        await on_air.wait_for(timeout=2000)
        await asyncio.sleep(3)  # Whoever joins hears a second and a half of what was before.
        after = await heard(town_hall, tmp_path, "after")
        asked = await pages["good"].get_by_text("Do you hear the stage?").count()
    calling.terminate()
    await calling.wait()

    score, gone = as_said(after, said)
    print(f"score {score:.3f}, before {before.max():.5f}, {answers}")
    refused = (409, "line_unproven")
    assert answers == {"good": (200, ""), "muted": refused, "oneway": refused, "dead": refused}
    assert before.max() < NOTHING
    assert score > 0.9
    assert gone == []
    assert asked == 0
