"""HLS from a cache before the town hall, as deploy/cache sets it up: the page takes it from there,
and no answer of the cache says who stands behind it."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

import httpx
import pytest
from benches.caches.run import CACHES, Cache
from benches.peers import machine

from tests.e2e.conftest import HUSTINGS, TownHall, chromium, free_ports, until
from tests.e2e.people import crowd, last_line, speaker
from tests.e2e.proxies import is_installed

PROGRAMS = {"varnish": "varnishd", "nginx": "nginx"}
SECONDS = 8
PLAYING = "document.querySelector('#programme').dataset.state === 'playing'"
ROUTE = "document.querySelector('#programme').dataset.route"


@pytest.fixture(params=sorted(CACHES))
def kind(request: pytest.FixtureRequest) -> str:
    if not is_installed(PROGRAMS[request.param]):
        pytest.skip(f"{request.param} is not installed here")
    name: str = request.param
    return name


@contextmanager
def before(kind: str, folder: Path) -> Iterator[tuple[TownHall, Cache]]:
    """A town hall that names the cache, and the cache before it."""
    port, edge = free_ports() + 100, f"127.0.0.1:{free_ports()}"
    # Caches become users who may not read what pytest makes.
    with machine.folder() as own, CACHES[kind](own, edge, port) as cache:
        hall = TownHall(folder / "data", "--overflow", f"http://127.0.0.1:{port}")
        try:
            yield hall, cache
        finally:
            hall.stop()


async def test_the_page_plays_what_the_cache_serves(kind: str, tmp_path: Path) -> None:
    with before(kind, tmp_path) as (hall, cache):
        origin = f"http://127.0.0.1:{cache.port}"
        seat = hall.live_hall("ana")["ana"]
        talking = await crowd(tmp_path, "talk", {"speakers": [speaker(hall, "ana", seat)]})
        asked = list[str]()
        async with aclosing(chromium()) as browsers:
            page = await (await anext(browsers)).new_page()
            page.on("request", lambda request: asked.append(request.url))
            await page.route("**/live.mp4*", lambda route: route.abort())
            await page.goto(f"{hall.page}/h/eve")
            await page.get_by_role("button", name="Listen").click()
            await until(lambda: page.evaluate(PLAYING), "sound")
            await asyncio.sleep(SECONDS)
            route, plays = await page.evaluate(ROUTE), await page.evaluate(PLAYING)
        async with httpx.AsyncClient() as http:
            state = (await http.get(f"{hall.page}/h/eve/state.json")).json()
        talking.terminate()
        await last_line(talking)

    sound = [url for url in asked if "/aac/" in url or ".m3u8" in url]
    assert state["hls"] == f"{origin}/h/eve/live.m3u8"
    assert (route, plays) == ("hls-js", True)
    assert len(sound) > SECONDS
    assert all(url.startswith(origin) for url in sound)


def test_a_cache_serves_sound_and_nothing_else_and_tells_of_nobody(
    kind: str, tmp_path: Path
) -> None:
    with before(kind, tmp_path) as (hall, cache):
        hall.live_hall("ana")
        http = httpx.Client(base_url=f"http://127.0.0.1:{cache.port}")
        for path in ("/", "/h/eve", "/h/eve/state.json", "/api/v1/halls", "/metrics", "/h/eve/x"):
            assert http.get(path).status_code == 404, path
        assert http.post("/h/eve/live.m3u8").status_code in (403, 405)

        absent = http.get("/h/none/live.m3u8")
        same = [http.get("/h/none/live.m3u8", params={"junk": n}) for n in range(50)]

        told = " ".join(f"{name}: {value}" for name, value in absent.headers.items())
        assert absent.status_code == 404
        assert {answer.status_code for answer in same} == {404}
        assert len([line for line in cache.asked() if "none" in line]) < 10
        assert str(hall.port) not in told
        assert "via" not in absent.headers


def test_a_cache_whose_edge_is_gone_says_so_soon(kind: str) -> None:
    nobody = f"127.0.0.1:{free_ports()}"
    with machine.folder() as own, CACHES[kind](own, nobody, free_ports() + 100) as cache:
        answer = httpx.get(f"http://127.0.0.1:{cache.port}/h/eve/live.m3u8", timeout=5)

    assert answer.status_code in (502, 503)


def test_an_overflow_that_is_no_origin_is_refused(tmp_path: Path) -> None:
    for bad in ("cdn.example.org", "https://cdn.example.org/path", "https://a b", "ftp://cdn"):
        ask = [HUSTINGS, "serve", "--data", tmp_path / "data", "--overflow", bad]
        done = subprocess.run(ask, capture_output=True, text=True, timeout=30)
        assert done.returncode == 2, bad
        assert "is not an origin" in done.stderr
