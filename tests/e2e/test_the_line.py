"""More come than the line feeds: those inside hear nothing of it, those outside have a place, are
told so, hear the town hall by HLS meanwhile, and come in when somebody leaves."""

from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Page

from tests.e2e.conftest import TownHall, chromium, until
from tests.e2e.people import crowd, last_line, speaker, stream
from tests.e2e.windows import DESK, PHONE, PICTURES

COME, FED = 24, 12
"""A line of 1 Mbit/s feeds a dozen, with room for repair."""
ROUTE = "document.querySelector('#programme').dataset.route"
PLAYING = "document.querySelector('#programme').dataset.state === 'playing'"
PLACE = "You have a place in line for the live sound."


async def test_who_comes_to_a_full_house_waits_in_line_and_hears_it_meanwhile(
    tmp_path: Path,
) -> None:
    hall = TownHall(tmp_path / "data", "--uplink-mbit", "1")
    try:
        seat = hall.live_hall("ana")["ana"]
        talking = await crowd(tmp_path, "talk", {"speakers": [speaker(hall, "ana", seat)]})
        await until(lambda: has_hls(hall), "HLS")
        order = {"count": COME, "stream": stream(hall), "ramp_per_s": 100}
        inside = await crowd(tmp_path, "listen", {"listeners": order})
        async with aclosing(chromium()) as browsers:
            page = await (await anext(browsers)).new_page()
            await until(lambda: waits(hall, COME - FED), "all others to be in line")
            await page.goto(f"{hall.page}/h/eve")
            await page.get_by_role("button", name="Listen").click()
            await page.locator(".note", has_text=PLACE).wait_for()
            await until(lambda: page.evaluate(PLAYING), "sound meanwhile")
            meanwhile = await page.evaluate(ROUTE)
            told = await page.locator(".note").inner_text()
            if PICTURES:
                await pictures(page, Path(PICTURES))

            inside.terminate()
            heard = (await last_line(inside))["listeners"]
            await until(lambda: on_the_stream(page), "a place inside")
            await page.locator(".note").wait_for(state="detached")
        talking.terminate()
        await last_line(talking)
    finally:
        hall.stop()

    print(heard, told)
    assert (heard["playing"], heard["waiting"]) == (FED, COME - FED)
    assert heard["missed"] == 0
    assert set(heard["refused"]) == {"in_line"}
    assert meanwhile == "hls-js"
    assert "How long it takes cannot be told yet." in told
    assert "Until then you hear it some seconds later." in told


async def pictures(page: Page, folder: Path) -> None:
    for look in ("light", "dark"):
        for name, size in (("phone", PHONE), ("desk", DESK)):
            await page.emulate_media(color_scheme=look)
            await page.set_viewport_size(size)
            await page.screenshot(path=folder / f"line-{name}-{look}.png")


def told_by(hall: TownHall, what: str) -> Any:
    return httpx.get(f"{hall.page}/h/eve/{what}.json").json()


async def has_hls(hall: TownHall) -> bool:
    return told_by(hall, "state")["hls"] is not None


async def waits(hall: TownHall, count: int) -> bool:
    return bool(told_by(hall, "line")["waiting"] >= count)


async def on_the_stream(page: Page) -> bool:
    return await page.evaluate(ROUTE) == "stream" and await page.evaluate(PLAYING)
