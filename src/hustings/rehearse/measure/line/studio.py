"""A speaker's page in a real Chromium, whose microphone is a file."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hustings.domain.refusals import StartRefused

if TYPE_CHECKING:
    from playwright.async_api import Page

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
READY_WITHIN_MS = 30_000


def chromium() -> str:
    """Where it is. Raises StartRefused."""
    for name in PROGRAMS:
        if found := shutil.which(name):
            return found
    raise StartRefused("There is no Chromium here.", "Install it: apt install chromium")


class Studio:
    def __init__(self, page: "Page") -> None:
        self._page = page

    async def sit(self, url: str) -> None:
        """Take the seat, and wait to be heard by the stage. Raises StartRefused."""
        from playwright.async_api import TimeoutError as TookTooLong

        await self._page.goto(url)
        try:
            await self._page.get_by_role("button", name="Take your seat").click()
            heard = self._page.get_by_text("The room hears you").first
            await heard.wait_for(timeout=READY_WITHIN_MS)
        except TookTooLong:
            raise StartRefused(
                "The stage did not hear Chromium.", "Look at its page, and at the stage's log."
            ) from None

    async def speak_plainly(self) -> None:
        """Do without echo cancellation, noise suppression and gain, as people may: they are for
        rooms, and would take the marks for noise. The file begins anew."""
        await self._page.get_by_label("Remove echo and noise, even out the volume").uncheck()

    async def leave(self) -> None:
        await self._page.get_by_role("button", name="Leave the seat").click()


@asynccontextmanager
async def studio(microphone: Path) -> AsyncIterator[Studio]:
    """Raises StartRefused."""
    async with browser(microphone) as page:
        yield Studio(page)


@asynccontextmanager
async def browser(microphone: Path) -> AsyncIterator["Page"]:
    """An empty page. Raises StartRefused."""
    # Loaded where it is used: it is of the extra `bench`.
    from playwright.async_api import Error, async_playwright

    program = chromium()
    flags = [*FLAGS, f"--use-file-for-fake-audio-capture={microphone}"]
    async with async_playwright() as play:
        try:
            started = await play.chromium.launch(executable_path=program, args=flags)
        except Error as error:
            first, _, _ = error.message.partition("\n")
            raise StartRefused(f"{program} does not start: {first}", "Try it by hand.") from None
        try:
            yield await started.new_page(locale="en")
        finally:
            await started.close()
