"""A listener's edge falls silent, as a machine does whose line is cut: the page is at another
before its second of sound is used up, and asks there how the evening stands."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

from playwright.async_api import Page

from hustings.rehearse.measure.edges import Kind, Place, edges
from tests.e2e.conftest import TownHall, chromium, free_ports, until
from tests.e2e.people import MEDIA, crowd, last_line, speaker

SECONDS = 12.0
WATCH = """() => {
  const audio = document.querySelector('#programme');
  window.breaks = 0;
  audio.addEventListener('waiting', () => window.breaks += 1);
  window.from = [performance.now() / 1000, audio.currentTime];
}"""
PLAYED = """() => {
  const audio = document.querySelector('#programme');
  const [at, time] = window.from;
  return [window.breaks, audio.currentTime - time, performance.now() / 1000 - at];
}"""


async def test_an_edge_that_falls_silent_takes_no_word_from_the_page(
    town_hall: TownHall, tmp_path: Path
) -> None:
    given = town_hall.live_hall("ana")
    talking = await crowd(tmp_path, "talk", {"speakers": [speaker(town_hall, "ana", given["ana"])]})
    order = town_hall.data / "run/edge-1.order.json"
    asked: list[str] = []
    async with AsyncExitStack() as stack:
        one = Place(MEDIA, "eve", order, free_ports(), "one")
        silent = await stack.enter_async_context(edges(one, Kind()))
        two = Place(MEDIA, "eve", order, free_ports(), "other")
        await stack.enter_async_context(edges(two, Kind()))
        own, other = (f"http://127.0.0.1:{at.port + 1}" for at in (one, two))
        page = await (await anext(await stack.enter_async_context(aclosing(chromium())))).new_page()
        page.on("requestfinished", lambda request: asked.append(request.url))
        # Two others are known: the edge of the town hall itself is one of them.
        await until(lambda: knows(page, own, 2), "the edges to know each other")
        await page.goto(f"{own}/h/eve")
        await page.get_by_role("button", name="Listen").click()
        playing = "document.querySelector('#programme').dataset.state === 'playing'"
        await until(lambda: page.evaluate(playing), "sound")
        await asyncio.sleep(2)

        await page.evaluate(WATCH)
        os.kill(silent.pids[0], signal.SIGSTOP)
        await asyncio.sleep(SECONDS)
        breaks, played_s, passed_s = await page.evaluate(PLAYED)
        os.kill(silent.pids[0], signal.SIGCONT)
    talking.terminate()
    await last_line(talking)

    print(f"{breaks} breaks, {played_s:.2f} s of {passed_s:.2f} s played")
    assert breaks == 0
    assert abs(played_s - passed_s) < 0.5
    elsewhere = (town_hall.page, other)
    assert any(url.startswith(f"{page}/h/eve/state.json") for url in asked for page in elsewhere)


async def knows(page: Page, own: str, count: int) -> bool:
    answer = await page.request.get(f"{own}/h/eve/state.json")
    return len((await answer.json())["alternates"]) == count
