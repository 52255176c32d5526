"""What hands do to a page: with a mouse, or with a keyboard alone, as many people must.

By keyboard, whatever is wanted is reached with Tab: what cannot be, or is lost on the way, fails.
"""

import os
import time
from datetime import datetime

from playwright.async_api import Locator, Page

KEYBOARD = os.environ.get("E2E_HANDS", "keyboard") == "keyboard"
"""Nothing is clicked, unless `E2E_HANDS=mouse`."""
WITHIN_S = 20


async def reach(page: Page, wanted: Locator) -> None:
    """Tab, from wherever the focus is, until `wanted` has it; what is disabled is waited for."""
    await wanted.wait_for()
    end_at = time.monotonic() + WITHIN_S
    while time.monotonic() < end_at:
        if await wanted.evaluate("each => each === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")


async def press(page: Page, button: Locator) -> None:
    if not KEYBOARD:
        await button.click()
        return
    await reach(page, button)
    await page.keyboard.press("Enter")


async def tick(page: Page, box: Locator, *, on: bool = True) -> None:
    if not KEYBOARD:
        await box.set_checked(on)
        return
    await reach(page, box)
    if await box.is_checked() is not on:
        await page.keyboard.press("Space")


async def write(page: Page, field: Locator, text: str) -> None:
    if not KEYBOARD:
        await field.fill(text)
        return
    await reach(page, field)
    await page.keyboard.press("Control+A")
    await page.keyboard.type(text)


async def set_time(page: Page, field: Locator, when: datetime) -> None:
    """Piece by piece, as Chromium's field for a time is written in English."""
    if not KEYBOARD:
        await field.fill(when.strftime("%Y-%m-%dT%H:%M"))
        return
    await reach(page, field)
    for piece in (when.strftime("%m%d%Y"), "ArrowRight", when.strftime("%I%M%p")):
        if piece == "ArrowRight":
            await page.keyboard.press(piece)
        else:
            await page.keyboard.type(piece)


async def choose(page: Page, among: Locator, name: str) -> None:
    if not KEYBOARD:
        await among.select_option(name)
        return
    await reach(page, among)
    await page.keyboard.type(name)
