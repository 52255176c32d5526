"""What the pages of a recorded hall ask and say, in a real browser."""

import os
import signal
from contextlib import aclosing
from pathlib import Path

from tests.e2e.conftest import TownHall, chromium
from tests.e2e.sound import a_voice
from tests.e2e.test_mouth_to_ear import take_seat
from tests.e2e.test_recording import recorded_hall


async def test_a_speaker_is_asked_before_taking_the_seat_and_everyone_is_told(
    town_hall: TownHall, tmp_path: Path
) -> None:
    a_voice(tmp_path / "voice.wav")
    given = recorded_hall(town_hall, "ana", consent=False)
    microphone = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={tmp_path / 'voice.wav'}",
    ]

    async with aclosing(chromium(*microphone)) as opened:
        browser = await anext(opened)
        listener, studio = await browser.new_page(), await browser.new_page()
        await listener.goto(f"{town_hall.page}/h/eve")
        await listener.get_by_text("This town hall is recorded.").wait_for(timeout=20_000)
        await studio.goto(given["ana"]["studio_url"])
        seat = studio.get_by_role("button", name="Take your seat")
        agree = studio.get_by_role("button", name="I agree to be recorded")
        await studio.get_by_text("Your voice will be in it.").wait_for(timeout=20_000)
        before = await seat.is_disabled()
        await agree.click()
        await take_seat(studio)
        asked_again = await agree.count()
        await studio.reload()
        await seat.wait_for(timeout=20_000)

        assert (before, asked_again, await agree.count()) == (True, 0, 0)


async def test_a_host_sees_that_the_recording_is_not_going_on(town_hall: TownHall) -> None:
    with town_hall.api as api:
        told = {"hall": "eve", "title": "Eve of it"}
        api.post("/halls", json=told).raise_for_status()
        told = {"role": "producer", "name": "Pat"}
        link = api.post("/halls/eve/passes", json=told).raise_for_status().json()["url"]
        async with aclosing(chromium()) as opened:
            page = await (await anext(opened)).new_page()
            await page.goto(link)
            await page.get_by_label("Record it.").check(timeout=20_000)
            await page.get_by_text("will be recorded").wait_for(timeout=20_000)
            api.post("/halls/eve/open").raise_for_status()
            await page.get_by_text("· recording").wait_for(timeout=20_000)
            os.kill(town_hall.pid("recorder-1"), signal.SIGSTOP)

            await page.get_by_text("The recorder is not answering.").wait_for(timeout=20_000)
            await page.get_by_text("NOT recording").wait_for(timeout=20_000)
            os.kill(town_hall.pid("recorder-1"), signal.SIGCONT)
            await page.get_by_text("· recording").wait_for(timeout=20_000)
