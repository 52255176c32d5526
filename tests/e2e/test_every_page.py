"""Every page in every state: nothing axe finds, nothing too wide, nothing on its console.

At 320 px and one hand, and on a desk; light and dark; from left to right and from right to left.
`E2E_PICTURES=folder` keeps a picture of each; `E2E_LOOKS=all` looks in every way, English and
Spanish too.
"""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.e2e.conftest import HUSTINGS, ROOT, TownHall, chromium, until
from tests.e2e.people import crowd, lines, speaker

AXE = (ROOT / "web/node_modules/axe-core/axe.min.js").read_text()
PICTURES = os.environ.get("E2E_PICTURES")
PHONE, DESK = {"width": 320, "height": 640}, {"width": 1440, "height": 900}
RUNDOWN = [
    {"item": "opening", "kind": "opening", "title": "Welcome", "planned_ms": 300_000},
    {"item": "bridge", "kind": "segment", "title": "The bridge", "planned_ms": 1_200_000},
    {"item": "questions", "kind": "questions", "title": "Questions", "planned_ms": 1_800_000},
    {"item": "closing", "kind": "closing", "title": "Closing", "planned_ms": 120_000},
]


@dataclass(frozen=True)
class Look:
    """One way of looking at a page."""

    viewport: dict[str, int]
    scheme: str
    language: str

    @property
    def name(self) -> str:
        return f"{self.viewport['width']}-{self.scheme}-{self.language}"


USUAL = [Look(PHONE, "light", "ar-XB"), Look(DESK, "dark", "en")]
ALL = [
    Look(size, scheme, language)
    for size in (PHONE, DESK)
    for scheme in ("light", "dark")
    for language in ("en", "es", "ar-XB")
]
LOOKS = ALL if os.environ.get("E2E_LOOKS") == "all" else USUAL


class House:
    """A town hall with a hall in each state, and passes for each role."""

    def __init__(self, hall: TownHall) -> None:
        self.hall, self.passes = hall, dict[str, dict[str, str]]()
        with hall.api as api:
            self.api = api
            self._states()
            self._eve()

    def _post(self, path: str, body: Any = None) -> dict[str, Any]:
        answer = self.api.post(path, json=body or {}).raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def _hall(self, name: str, title: str, *moves: str, **more: Any) -> None:
        self._post("/halls", {"hall": name, "title": title, **more})
        for move in moves:
            self._post(f"/halls/{name}/{move}")

    def _states(self) -> None:
        soon = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
        later = (datetime.now(UTC) + timedelta(days=3)).isoformat()
        self._hall("draft", "Spring assembly")
        self._hall("soon", "Where should next year’s school budget go?", "announce", starts_at=soon)
        self._hall("later", "Housing on the harbour", "announce", starts_at=later)
        self._hall("doors", "Questions for the mayor", "announce", "open", starts_at=soon)
        self._hall("paused", "The new library", "open", "pause")
        self._hall("ended", "A safer crossing at Mill Lane", "open", "end")
        self._hall("off", "Buses after midnight", "announce", starts_at=soon)
        self._post("/halls/off/cancel")
        self._post("/halls/off/cancel", {"confirm": True})

    def _eve(self) -> None:
        self._hall("eve", "Should the old bridge be torn down?", led=True, air_delay_ms=10_000)
        told = {"ana": "Ana Moreau", "ben": "Ben Okafor", "cleo": "Cleo"}
        for seat, name in told.items():
            given = self._post("/halls/eve/seats", {"seat": seat, "name": name})
            self.passes[seat] = {"pass": given["pass"]}
        given = self._post("/halls/eve/seats", {"seat": "hana", "name": "Hana", "role": "host"})
        self.passes["host"] = {"pass": given["pass"]}
        for role in ("producer", "captioner", "screener", "steward", "listener"):
            given = self._post("/halls/eve/passes", {"role": role, "name": f"Paz the {role}"})
            self.passes[role] = {"pass": given["pass"]}
        self.api.put("/halls/eve/rundown", json={"items": RUNDOWN}).raise_for_status()
        self._post("/halls/eve/open")
        self._post("/halls/eve/rundown/opening")
        self.api.put("/halls/eve/seats/ana/side", json={"side": "Keep it"}).raise_for_status()
        self.api.put("/halls/eve/seats/ben/side", json={"side": "Tear it down"}).raise_for_status()
        for name, reason in (("Gil", "The cyclists"), ("Dora Ebert", "")):
            body = {"name": name, **({"reason": reason} if reason else {})}
            self.api.cookies.clear()
            headers = {"Authorization": ""}
            address = f"http://127.0.0.1:{self.hall.port}/h/eve/hand"
            self.api.post(address, json=body, headers=headers).raise_for_status()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    hall = TownHall(tmp_path_factory.mktemp("pages") / "data")
    yield House(hall)
    hall.stop()


@pytest.fixture
async def talking(house: House, tmp_path: Path) -> AsyncIterator[None]:
    """Ana talks; her line is not proven, for nobody says that she hears the stage."""
    order = {"speakers": [speaker(house.hall, "ana", house.passes["ana"])]}
    process = await crowd(tmp_path, "talking", order)

    async def heard() -> bool:
        return any(line["heard"] for line in await asyncio.to_thread(lines, house.hall))

    await until(heard, "Ana heard by the stage")
    yield
    process.terminate()
    await process.wait()


@pytest.fixture(params=LOOKS, ids=lambda look: look.name)
def look(request: pytest.FixtureRequest) -> Look:
    asked: Look = request.param
    return asked


class Window:
    """A browser's window of one person, and what is wrong with what it shows."""

    def __init__(self, context: BrowserContext, page: Page, look: Look) -> None:
        self.context, self.page, self.look = context, page, look
        self.wrong: list[str] = []
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("console", lambda said: self._said(said.type, said.text))

    def _said(self, kind: str, text: str) -> None:
        if "Content Security" in text or (kind == "error" and "status of 4" not in text):
            self.wrong.append(f"console: {text}")

    async def see(self, name: str) -> None:
        """Look closely at the page as it stands now."""
        await self.page.wait_for_timeout(350)
        if PICTURES:
            path = Path(PICTURES) / f"{name}-{self.look.name}.png"
            await self.page.screenshot(path=path, full_page=True)
        await self.page.evaluate(AXE)
        found = await self.page.evaluate("axe.run()")
        self.wrong += [
            f"{name}: axe {each['id']}: {each['nodes'][0]['html'][:200]}"
            for each in found["violations"]
        ]
        wide = await self.page.evaluate(WIDER)
        self.wrong += [f"{name}: wider than the screen: {each}" for each in wide]


WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('body *')]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1
                || e.getBoundingClientRect().left < -1)
    .slice(0, 3).map((e) => e.outerHTML.slice(0, 120))"""


async def window(browser: Browser, look: Look) -> Window:
    context = await browser.new_context(
        viewport=look.viewport, color_scheme=look.scheme, permissions=["microphone"]
    )
    speak = f"localStorage.setItem('hustings.language', {json.dumps(look.language)})"
    await context.add_init_script(f"try {{ {speak} }} catch {{}}")
    return Window(context, await context.new_page(), look)


async def test_every_page_that_everybody_sees_in_every_state(house: House, look: Look) -> None:
    async for browser in chromium():
        seen = await window(browser, look)
        page, at = seen.page, house.hall.page
        for name in ("soon", "later", "doors", "paused", "ended", "off"):
            await page.goto(f"{at}/h/{name}")
            await page.locator("h1").wait_for()
            await seen.see(f"listen-{name}")
        await page.goto(f"{at}/")
        await page.locator(".halls__link").first.wait_for()
        await seen.see("landing")
        for name, address in (
            ("unknown", "/h/nowhere"),
            ("refused", "/nothing"),
            ("owner", "/owner/x"),
        ):
            await page.goto(at + address)
            await page.locator("h1").wait_for()
            await seen.see(name)
        await page.locator("main button").first.click()
        await page.get_by_role("alert").wait_for()
        await seen.see("owner-refused")

    assert seen.wrong == []


async def test_the_listeners_page_while_a_hall_is_on(
    house: House, look: Look, talking: None
) -> None:
    async for browser in chromium():
        seen = await window(browser, look)
        page = seen.page
        await page.goto(f"{house.hall.page}/h/eve")
        await page.locator(".listen__button").click()
        await page.locator("#programme[data-state=playing]").wait_for(state="attached")
        await page.locator(".captions input").check()
        await seen.see("listen-live")
        await page.locator(".hand button").first.click()
        await seen.see("listen-hand")
        for field, text in zip(
            await page.locator(".hand input").all(), ("Ines", "Noise"), strict=True
        ):
            await field.fill(text)
        await page.locator(".hand button[type=submit]").click()
        await page.locator(".hand [role=status]").wait_for()
        await seen.see("listen-raised")
        await page.locator(".hand button").click()
        await page.locator(".hand form, .hand > button").first.wait_for()

    assert seen.wrong == []


async def test_the_studio_of_every_role(house: House, look: Look, talking: None) -> None:
    async for browser in chromium(
        "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"
    ):
        wrong = []
        for role in ("producer", "host", "captioner", "screener", "steward", "cleo", "listener"):
            seen = await window(browser, look)
            page = seen.page
            given = house.passes[role]["pass"]
            await page.goto(f"{house.hall.page}/studio/eve?pass={given}")
            await page.locator("h1").wait_for()
            assert "pass=" not in page.url
            await page.wait_for_timeout(700)
            await seen.see(f"studio-{role}")
            if role == "producer":
                await _desk(seen)
            if role == "cleo":
                await page.locator(".speaker .button[data-kind=main]").click()
                await page.locator(".truth[data-standing=ready], .note .button").first.wait_for()
                await seen.see("studio-seated")
            wrong += seen.wrong
            await seen.context.close()

    assert wrong == []


async def _desk(seen: Window) -> None:
    """A producer's page with all that opens opened."""
    page = seen.page
    await page.keyboard.press("?")
    await page.locator("dialog[open]").wait_for()
    await seen.see("studio-keys")
    await page.keyboard.press("Escape")
    for summary in await page.locator("summary").all():
        await summary.click()
    await page.locator(".rundown + .button").click()
    await page.locator("fieldset").first.wait_for()
    await page.locator(".bar .button[data-armed]").click()
    await seen.see("studio-open")


async def test_the_owners_page(house: House, look: Look) -> None:
    ask = [HUSTINGS, "owner-link", "--json", "--data", house.hall.data]
    told = await asyncio.to_thread(subprocess.run, ask, capture_output=True, text=True, check=True)
    async for browser in chromium():
        seen = await window(browser, look)
        page = seen.page
        await page.goto(json.loads(told.stdout)["url"])
        await page.locator("main button").click()
        await page.wait_for_url("**/studio")
        await page.locator(".halls__link").first.wait_for()
        await seen.see("owner-halls")
        await page.goto(f"{house.hall.page}/studio/draft")
        await page.locator(".next").wait_for()
        await seen.see("studio-draft")
        await page.locator(".more > summary").click()
        await seen.see("studio-settings")

    assert seen.wrong == []
