"""What is settled in the studio before doors: own sounds, the air delay; and the dump on air."""

import re
import subprocess
from contextlib import aclosing
from pathlib import Path

import numpy as np
from playwright.async_api import Page, expect

from tests.e2e.conftest import TownHall, chromium, until
from tests.e2e.sound import decoded, envelope
from tests.e2e.test_air import public_state

SAID = "aevalsrc=0.3*sin(2*PI*330*t)*lt(mod(t\\,0.5)\\,0.3):s=44100:d=3"
"""A tone that comes and goes, as no file of ours does."""


def a_jingle(into: Path) -> Path:
    ask = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", SAID, "-ac", "2", into]
    subprocess.run(ask, check=True)
    return into


async def settings(hall: TownHall, page: Page) -> None:
    with hall.api as api:
        api.post("/halls", json={"hall": "eve", "title": "Eve of it"}).raise_for_status()
        told = {"role": "producer", "name": "Pat"}
        link = api.post("/halls/eve/passes", json=told).raise_for_status().json()["url"]
    await page.goto(link)
    await page.get_by_text("Settings and another time", exact=True).click(timeout=20_000)


async def test_a_sound_of_ones_own_reaches_both_stages_as_it_was(
    town_hall: TownHall, tmp_path: Path
) -> None:
    jingle = a_jingle(tmp_path / "jingle.wav")
    (tmp_path / "words.mp3").write_text("no sound")
    async with aclosing(chromium()) as opened:
        page = await (await anext(opened)).new_page()
        await settings(town_hall, page)
        file = page.get_by_label("A file of yours In a pause")
        await file.set_input_files(tmp_path / "words.mp3")
        await page.get_by_text("This browser cannot read it as sound.").wait_for()
        await file.set_input_files(jingle)
        chosen = page.get_by_role("combobox", name="In a pause")
        await expect(chosen).to_have_value(re.compile("[0-9a-f]{64}"), timeout=20_000)
        await page.get_by_role("button", name="Announce").click()
        await page.get_by_text("Announced").first.wait_for()

    with town_hall.api as api:
        chosen = api.get("/halls/eve/rundown").raise_for_status().json()["sounds"]
        name = chosen["pause"]
        (tmp_path / "kept.opus").write_bytes(api.get(f"/sounds/{name}").raise_for_status().content)
    kept, said = decoded(tmp_path / "kept.opus"), decoded(jingle)
    alike = np.corrcoef(envelope(kept)[: len(envelope(said))], envelope(said))[0, 1]
    assert (chosen["opening"], chosen["closing"]) == ("built-in", "built-in")
    assert len(kept) == len(said)
    assert alike > 0.99

    async def fetched() -> bool:
        run = town_hall.data / "run"
        return all((run / f"stage-{n}" / "sounds" / name).exists() for n in (1, 2))

    await until(fetched, "the sound at both stages")


async def test_a_delay_is_set_before_doors_and_what_is_said_is_taken_out_by_one_key(
    town_hall: TownHall,
) -> None:
    async with aclosing(chromium()) as opened:
        browser = await anext(opened)
        page = await browser.new_page()
        await settings(town_hall, page)
        await page.get_by_label("Air delay").select_option("5 seconds")
        await page.get_by_text("The crowd hears everything 5 seconds later.").wait_for()
        await page.get_by_role("button", name="Announce").click()
        await page.get_by_role("button", name="Open doors").click()
        listener = await browser.new_page()
        await listener.goto(f"{town_hall.page}/h/eve")
        await listener.get_by_role("button", name="Listen").click(timeout=20_000)
        await listener.get_by_text("7 seconds behind the room").wait_for(timeout=20_000)
        assert await page.get_by_label("Air delay").count() == 0

        await page.get_by_role("button", name="Take out the last 5 s").wait_for()
        await page.keyboard.press("x")
        await page.get_by_text("The last 5 s are taken out.").wait_for()
        out = listener.locator(".note", has_text="Something that was said here was taken out.")
        await out.wait_for(timeout=20_000)
        await listener.get_by_text("7 seconds behind the room").wait_for(timeout=20_000)
        newcomer = await browser.new_page()
        await goes_on_to_its_last_word(town_hall, page, listener, newcomer)

    told = public_state(town_hall, "eve")["evening"]
    assert (told["air_delay_ms"], len(told["dumps"])) == (5040, 1)


async def goes_on_to_its_last_word(
    hall: TownHall, page: Page, listener: Page, newcomer: Page
) -> None:
    """What was said before the end waits too: for whoever comes then, and for the dump."""
    await page.get_by_role("button", name="End …").click()
    await page.wait_for_timeout(1100)
    await page.get_by_role("button", name="Press again to end").click()
    await page.get_by_text("Ended", exact=True).first.wait_for()
    await newcomer.goto(f"{hall.page}/h/eve")
    await newcomer.get_by_role("button", name="Listen").wait_for(timeout=3_000)
    await page.get_by_role("button", name="Take out the last 5 s").wait_for(timeout=1_000)
    await listener.get_by_text("Live", exact=True).wait_for(timeout=1_000)
    await listener.get_by_text("This town hall ended").wait_for(timeout=25_000)
    await newcomer.get_by_text("This town hall ended").wait_for(timeout=25_000)
    assert await page.get_by_role("button", name="Take out the last 5 s").count() == 0
