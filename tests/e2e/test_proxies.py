"""From a tap to sound, whatever stands between: nothing, nginx, HAProxy, Caddy; HTTP 1.1 and 2."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, aclosing

import httpx
import pytest
from playwright.async_api import Page

from tests.e2e.authority import Authority
from tests.e2e.conftest import BEHIND, SEALED, TownHall, chromium, until
from tests.e2e.proxies import Proxy, is_installed

TO_SOUND_S = 4.0
# As a proxy that was not told better: it gathers what it passes on, whatever the origin asks for.
HOARDING = {"proxy_buffering off;": "proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;"}

WAYS = [("none", {}), ("nginx", {}), ("haproxy", {}), ("caddy", {}), ("nginx", HOARDING)]


@pytest.fixture(
    scope="module", params=WAYS, ids=["none", "nginx", "haproxy", "caddy", "a hoarding nginx"]
)
def origin(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where people find a town hall with a live hall in it."""
    tmp_path = tmp_path_factory.mktemp("origin")
    kind, changes = request.param
    if kind != "none" and not is_installed(kind):
        pytest.skip(f"{kind} is not installed here")
    with ExitStack() as stack:
        if kind == "none":
            cert, key = Authority(tmp_path).sign(tmp_path / "tls", "127.0.0.1")
            hall = TownHall(
                tmp_path / "data", "--cert", str(cert), "--key", str(key), public=SEALED
            )
            stack.callback(hall.stop)
            hall.live_hall("ana")
            yield hall.page
            return
        hall = TownHall(tmp_path / "data", public=BEHIND)
        stack.callback(hall.stop)
        proxy = Proxy(kind, hall, tmp_path, changes)
        stack.callback(proxy.close)
        hall.live_hall("ana")
        yield hall.page


@pytest.mark.parametrize("version", ["1.1", "2"])
async def test_a_tap_is_followed_by_sound(origin: str, version: str) -> None:
    page = origin
    await until(lambda: offers_hls(page), "a playlist")
    more = ["--disable-http2"] if version == "1.1" else []

    async with aclosing(chromium(*more)) as browsers:
        context = await (await anext(browsers)).new_context(ignore_https_errors=True)
        listener = await context.new_page()
        await listener.goto(f"{page}/h/eve")
        tapped = time.monotonic()
        await listener.get_by_role("button", name="Listen").click()
        playing = "document.querySelector('#programme').dataset.state === 'playing'"
        await until(lambda: listener.evaluate(playing), "sound")
        seconds = time.monotonic() - tapped
        settled = await listens_undisturbed(listener)
        route = await listener.evaluate("document.querySelector('#programme').dataset.route")
        spoke = await listener.evaluate("performance.getEntries()[0].nextHopProtocol")

    print(f"{seconds:.2f} s to sound over {spoke}; settled on {route} after {settled:.0f} s")
    assert spoke == {"1.1": "http/1.1", "2": "h2"}[version]
    assert seconds <= TO_SOUND_S


async def listens_undisturbed(page: Page) -> float:
    """Wait for ten seconds of sound in one piece; how long after the first sound they began."""
    await page.evaluate(
        """() => {
          const audio = document.querySelector('#programme');
          window.begun = window.since = performance.now();
          setInterval(() => {
            if (audio.dataset.state !== 'playing') window.since = performance.now();
          }, 20);
        }"""
    )
    undisturbed = "performance.now() - window.since > 10_000"
    await until(lambda: page.evaluate(undisturbed), "ten seconds of sound in one piece")
    begun: float = await page.evaluate("(window.since - window.begun) / 1000")
    return begun


async def offers_hls(page: str) -> bool:
    async with httpx.AsyncClient(verify=False) as client:
        told = (await client.get(f"{page}/h/eve/state.json")).json()
    return told.get("hls") is not None
