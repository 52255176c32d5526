"""The page on LL-HLS, where the stream port cannot be reached: no break, and the honest delay."""

import asyncio
import os
from contextlib import aclosing
from pathlib import Path

import numpy as np

from tests.e2e.conftest import TownHall, chromium, until
from tests.e2e.people import crowd, last_line, speaker

SECONDS = float(os.environ.get("E2E_SECONDS", "20"))
WINDOW_MS, BEHIND_MS = 600, 4_500
WATCH = """() => {
  const audio = document.querySelector('#programme');
  window.breaks = 0;
  window.delays = [];
  audio.addEventListener('waiting', () => window.breaks += 1);
  setInterval(() => window.delays.push(Number(audio.dataset.delayMs)), 250);
}"""


async def test_who_cannot_reach_the_stream_port_listens_by_hls_without_a_break(
    town_hall: TownHall, tmp_path: Path
) -> None:
    seat = town_hall.live_hall("ana")["ana"]
    talking = await crowd(tmp_path, "talk", {"speakers": [speaker(town_hall, "ana", seat)]})

    async with aclosing(chromium()) as browsers:
        page = await (await anext(browsers)).new_page()
        await page.route("**/live.mp4*", lambda route: route.abort())
        await page.goto(f"{town_hall.page}/h/eve")
        await page.get_by_role("button", name="Listen").click()
        playing = "document.querySelector('#programme').dataset.state === 'playing'"
        await until(lambda: page.evaluate(playing), "sound")
        await asyncio.sleep(2)
        await page.evaluate(WATCH)
        await asyncio.sleep(SECONDS)
        breaks, delays = await page.evaluate("[window.breaks, window.delays]")
        route = await page.evaluate("document.querySelector('#programme').dataset.route")
        # Facts come this way too: the page says who speaks, as soon as the recorded voice does.
        speaks = page.locator(".voice__name", has_text="Name Of ana")
        await speaks.wait_for(timeout=60_000)
    talking.terminate()
    await last_line(talking)

    p50, p95 = np.percentile(delays, [50, 95])
    print(f"{route}: {breaks} breaks, {p50:.0f} / {p95:.0f} ms behind (p50 / p95, n {len(delays)})")
    assert route == "hls-js"
    assert breaks == 0
    assert p95 <= WINDOW_MS + BEHIND_MS
