"""The windows of an evening: people, each with a page of their own, and how fast they see."""

import os
import re
import time
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page

from tests.e2e import hands
from tests.e2e.conftest import chromium

SEEN_WITHIN_MS = int(os.environ.get("E2E_SEEN_MS", "5000"))
"""What one does, every page it concerns shows within a second, where the machine is theirs alone.

A dozen windows, five of which speak, share two cores here: `E2E_SEEN_MS=1000` on a quiet one.
"""
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 860}
PICTURES = os.environ.get("E2E_PICTURES")
PATIENT_MS = 20_000
"""For what takes as long as a connection takes."""


class Windows:
    """Pages by person. Those who speak are in browsers with a microphone."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack, self._browsers = stack, dict[str, Browser]()
        self.pages = dict[str, Page]()
        self.seen_ms = dict[str, float]()
        self.errors: list[str] = []

    async def browser(self, name: str, *flags: str) -> None:
        opened = await self._stack.enter_async_context(aclosing(chromium(*flags)))
        self._browsers[name] = await anext(opened)

    async def open(
        self, person: str, address: str, browser: str = "quiet", *, phone: bool = False
    ) -> Page:
        # A dozen windows share what each person has for themselves: nothing moves but what must.
        size = PHONE if phone else DESK
        page = await self._browsers[browser].new_page(reduced_motion="reduce", viewport=size)
        page.set_default_timeout(PATIENT_MS)
        page.on("pageerror", lambda error: self.errors.append(f"{person}: {error}"))
        await page.goto(address)
        self.pages[person] = page
        return page

    def __getitem__(self, person: str) -> Page:
        return self.pages[person]

    async def picture(self, *people: str) -> None:
        """Kept where `E2E_PICTURES` names a folder."""
        for person in people if PICTURES else ():
            await self[person].evaluate("scrollTo(0, 0)")
            await self[person].screenshot(path=Path(PICTURES or "") / f"evening-{person}.png")

    async def press(self, person: str, button: str | re.Pattern[str]) -> None:
        await hands.press(self[person], self[person].get_by_role("button", name=button).first)

    async def chooses(self, person: str, seat: str) -> None:
        """By the keyboard alone: the next seat, and the next, until this one has the focus."""
        page = self[person]
        for _ in range(20):
            await page.keyboard.press("j")
            if await page.evaluate("document.activeElement.dataset.seat") == seat:
                return
        raise AssertionError(f"no key leads to {seat}")

    async def see(self, step: str, *what: Locator) -> None:
        """Each of these is there within a second of now; how long it took is kept."""
        began = time.monotonic()
        for each in what:
            left_ms = SEEN_WITHIN_MS - (time.monotonic() - began) * 1000
            await each.first.wait_for(timeout=max(left_ms, 1))
        self.seen_ms[step] = round((time.monotonic() - began) * 1000)

    def text(self, person: str, text: str | re.Pattern[str]) -> Locator:
        return self[person].get_by_text(text)

    def seat(self, person: str, name: str) -> Locator:
        """The row of somebody's seat on the page of one who runs the hall."""
        return self[person].get_by_role("listitem", name=f"{name}'s seat")

    def standing(self, person: str, name: str, word: str) -> Locator:
        return self.seat(person, name).get_by_text(word, exact=True)


async def invited(windows: Windows, by: str, name: str, role: str) -> str:
    """Make a link for somebody, by the labels of the form, and read it."""
    page = windows[by]
    await hands.write(page, page.get_by_label("Name of a person"), name)
    await hands.choose(page, page.get_by_label("Comes as"), role)
    await windows.press(by, "Make a link")
    link: Any = await page.get_by_label(f"link for {name}", exact=True).input_value()
    return str(link)


async def sits(windows: Windows, person: str, link: str, browser: str) -> None:
    """Comes by a link, agrees to be recorded, takes the seat, and says that the stage is heard."""
    if person not in windows.pages:
        await windows.open(person, link, browser)
    # All speak on one machine: what each browser would do to its own sound is too much for it.
    echo = windows[person].get_by_label("Remove echo and noise")
    await hands.tick(windows[person], echo, on=False)
    for button in ("I agree to be recorded", "Take your seat", "I hear the stage"):
        await windows.press(person, button)
