"""A whole evening in real windows, by the names of its buttons, from making to recording."""

import asyncio
import json
import re
import subprocess
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import expect

from tests.e2e import hands
from tests.e2e.conftest import HUSTINGS, TownHall, until
from tests.e2e.people import crowd, last_line
from tests.e2e.sound import a_voice, as_said, envelope, heard_in
from tests.e2e.test_mouth_to_ear import FAKE_MICROPHONE
from tests.e2e.windows import PATIENT_MS, Windows, invited, sits

PLAN = ("Welcome", "The bridge, pro and con", "Questions from the floor")
LISTENERS = ("Gil", "Hoa", "Ivo", "Jun", "Kai", "Lea")
TITLE = "Should the old bridge be torn down?"
HALL = "should-the-old-bridge-be-torn-down"


def begins() -> datetime:
    """The first whole minute that leaves time to invite everybody; slipped by one more then."""
    now = datetime.now().astimezone()
    return (now + timedelta(seconds=115)).replace(second=0, microsecond=0)


async def test_an_evening_from_its_making_to_its_recording(
    town_hall: TownHall, tmp_path: Path
) -> None:
    said = envelope(await asyncio.to_thread(a_voice, tmp_path / "voice.wav"))
    async with AsyncExitStack() as stack:
        windows = Windows(stack)
        await windows.browser("quiet")
        microphone = f"--use-file-for-fake-audio-capture={tmp_path / 'voice.wav'}"
        await windows.browser("speaking", *FAKE_MICROPHONE, microphone)
        evening = Evening(town_hall, windows, tmp_path)
        await evening.is_made()
        await evening.is_rehearsed()
        await evening.begins_by_itself()
        await evening.brings_people_up()
        heard = await evening.is_heard()
        await evening.pauses_and_goes_on()
        await evening.has_captions()
        await evening.is_handed_over()
        await evening.ends()

    score, _ = as_said(heard, said)
    print(f"heard {score:.3f}; seen within ms: {windows.seen_ms}")
    assert score > 0.9
    assert windows.errors == []
    assert await recorded(town_hall) >= 20


class Evening:
    def __init__(self, hall: TownHall, windows: Windows, folder: Path) -> None:
        self.hall, self.at, self.folder = hall, windows, folder
        self.links = dict[str, str]()

    async def is_made(self) -> None:
        """The owner enters, makes a hall, announces it, and invites everybody."""
        at = self.at
        owner = await at.open("owner", await owner_link(self.hall))
        await at.press("owner", "Enter as owner")
        await hands.write(owner, owner.get_by_label("What it is called"), TITLE)
        self.starts = begins()
        await hands.set_time(owner, owner.get_by_label("When it begins"), self.starts)
        await hands.tick(owner, owner.get_by_label("Seats wait to be brought up"))
        await at.press("owner", "Create")
        await hands.tick(owner, owner.get_by_label("Record it."))
        await at.press("owner", "Announce")
        await at.see("announced", at.text("owner", "Announced"))
        people = {"Pat": "producer", "Quin": "producer", "Mo": "moderator", "Cap": "captioner"}
        people |= {"Ana": "speaker", "Ben": "speaker", "Cleo": "speaker"}
        for name, role in people.items():
            self.links[name] = await invited(at, "owner", name, role)

    async def is_rehearsed(self) -> None:
        """Doors; the green room fills, one drops and returns; the start is slipped."""
        at = self.at
        for producer in ("Pat", "Quin"):
            await at.open(producer, self.links[producer])
        listener = await at.open("waiting", f"{self.hall.page}/h/{HALL}", phone=True)
        await listener.get_by_text("Announced").first.wait_for()
        await at.press("Pat", "Open doors")
        await at.see("doors", *(at.text(who, "Doors open") for who in ("Pat", "owner", "waiting")))
        await at.press("Pat", "1 minute later")
        clock = (self.starts + timedelta(minutes=1)).strftime("%H:%M")
        told = at.text("Pat", "It begins 1 minute later")
        await at.see("slip", told, at.text("waiting", f"It begins at {clock}"))
        await self._hands_over("Pat", "Pat")
        await self._pat_makes_a_plan()
        await asyncio.gather(
            *(sits(at, name, self.links[name], "speaking") for name in ("Mo", "Ana", "Ben", "Cleo"))
        )
        for name in ("Mo", "Ana", "Ben", "Cleo"):
            ready = at.standing("Pat", name, "Ready")
            await expect(ready).to_be_visible(timeout=PATIENT_MS)
        await self._ben_drops_and_returns()
        for name in ("Ben", "Cleo"):
            await at.press(name, "Leave the seat")

    async def _pat_makes_a_plan(self) -> None:
        at = self.at
        await at.press("Pat", "Make a plan")
        for no, title in enumerate(PLAN):
            await at.press("Pat", "Add a piece")
            await hands.write(at["Pat"], at["Pat"].get_by_label("Title").nth(no), title)
        await at.press("Pat", "Save the plan")
        await at.see("plan", *(at.text("owner", title) for title in PLAN))

    async def _ben_drops_and_returns(self) -> None:
        at = self.at
        await at["Ben"].close(run_before_unload=False)
        absent = at.seat("Pat", "Ben").get_by_text("No line")
        await expect(absent).to_be_visible(timeout=PATIENT_MS)
        ben = await at.open("Ben", self.links["Ben"], "speaking")
        await hands.tick(ben, ben.get_by_label("Remove echo and noise"), on=False)
        await at.press("Ben", "Take your seat")
        await at.press("Ben", "I hear the stage")
        await expect(at.standing("Pat", "Ben", "Ready")).to_be_visible(timeout=PATIENT_MS)

    async def begins_by_itself(self) -> None:
        """Nobody presses anything; whoever listens hears the opening."""
        at = self.at
        await at.press("waiting", "Listen")
        live = at["Pat"].locator(".desk__head").get_by_text("Live", exact=True)
        await expect(live).to_be_visible(timeout=200_000)
        await at.see("live", at.text("owner", "Live"), at.text("Quin", "Live"))
        await at.press("Pat", f"Begin {PLAN[1]}")
        await at.see("next", at.text("owner", "On now:"), at.text("waiting", f"On now: {PLAN[1]}"))

    async def brings_people_up(self) -> None:
        """Six hands in order; the first two get a seat, and one of them goes on air with Ana."""
        at = self.at
        for name in LISTENERS:
            browser = "speaking" if name in LISTENERS[:2] else "quiet"
            await at.open(name, f"{self.hall.page}/h/{HALL}", browser)
        for place, name in enumerate(LISTENERS, 1):
            await at.press(name, "Raise your hand")
            await hands.write(at[name], at[name].get_by_label("Your name"), name)
            await at.press(name, "Raise it")
            number = "You are next" if place == 1 else f"You are number {place}"
            await at.see(
                f"hand {place}", at.text(name, number), at["Pat"].get_by_text(name, exact=True)
            )
        await self._two_are_called()
        await at.chooses("Pat", "ana")
        await at["Pat"].keyboard.press("u")
        up = [at.standing(who, "Ana", "On air") for who in ("Pat", "owner", "Mo")]
        await at.see("Ana up", *up, at.text("Ana", "The room hears you"))

    async def _two_are_called(self) -> None:
        at = self.at
        for name in LISTENERS[:2]:
            if name == LISTENERS[0]:
                await at.press("Pat", f"Give a seat {name}")
            else:
                await at["Pat"].keyboard.press("c")
            await at.see(f"{name} called", at.text(name, "You are called"))
            await hands.press(at[name], at[name].get_by_role("link", name="Go to your seat"))
            await sits(at, name, "", "speaking")
            await expect(at.standing("Pat", name, "Ready")).to_be_visible(timeout=PATIENT_MS)
            await at.press("Pat", f"Bring up {name}")
            await at.see(f"{name} up", at.standing("Mo", name, "On air"))
            await at.press("Pat", f"Take down {name}")
            await at.see(f"{name} down", at.standing("Mo", name, "Ready"))

    async def is_heard(self) -> Any:
        """What the crowd hears while Ana speaks alone."""
        await asyncio.sleep(4)
        await self.at.picture("Pat", "waiting", "Ana", "Lea")
        ear = self.folder / "heard.mp4"
        stream = f"http://127.0.0.1:{self.hall.port + 1}/h/{HALL}/live.mp4"
        order = {"seconds": 14, "listeners": {"count": 1, "stream": stream, "save": str(ear)}}
        told = await last_line(await crowd(self.folder, "ear", order))
        assert told["listeners"]["missed"] == 0
        return await asyncio.to_thread(heard_in, ear)

    async def pauses_and_goes_on(self) -> None:
        at = self.at
        await at.press("Pat", re.compile("^Pause"))
        await at.see("pause", *(at.text(who, "Paused") for who in ("owner", "Mo", "Quin")))
        await at.see("pause, unheard", at.text("Lea", "The room has paused"))
        await expect(at.text("waiting", "The room has paused")).to_be_visible(timeout=10_000)
        await at["Pat"].keyboard.press("p")
        await at.see("resume", at["owner"].locator(".desk__head").get_by_text("Live", exact=True))
        await expect(at["waiting"].get_by_text("Live", exact=True)).to_be_visible(timeout=10_000)

    async def has_captions(self) -> None:
        at = self.at
        await at.open("Cap", self.links["Cap"])
        await hands.tick(at["waiting"], at["waiting"].get_by_label("Show captions"))
        box = at["Cap"].get_by_role("textbox", name="What is being said")
        await hands.write(at["Cap"], box, "The bridge stands since 1912.")
        await at["Cap"].keyboard.press("Enter")
        read = at["waiting"].get_by_role("log", name="Captions")
        await expect(read).to_contain_text("The bridge stands since 1912.", timeout=12_000)

    async def is_handed_over(self) -> None:
        await self._hands_over("Pat", "Quin")

    async def _hands_over(self, by: str, to: str) -> None:
        """The show is in somebody's hands, and all who run the hall see whose."""
        at = self.at
        whom = at[by].get_by_role("combobox", name="Hand the show over to")
        await hands.choose(at[by], whom, to)
        await at.press(by, "Hand over Runs the show")
        told = [at.text(who, f"Runs the show: {to}") for who in ("Pat", "Quin", "owner")]
        await at.see(f"the show to {to}", *told)

    async def ends(self) -> None:
        at = self.at
        await at.press("Quin", re.compile("^End"))
        await at.see("end asked", at.text("Quin", re.compile("listening. An ended town hall")))
        await at["Quin"].wait_for_timeout(1100)
        await at.press("Quin", "Press again to end")
        await at.see("ended", *(at.text(who, "Ended") for who in ("Pat", "owner", "Lea")))
        await expect(at.text("waiting", "This town hall ended")).to_be_visible(timeout=20_000)
        await at["waiting"].get_by_role("link", name="What was said, as captions").wait_for()


async def owner_link(hall: TownHall) -> str:
    ask = [HUSTINGS, "owner-link", "--json", "--data", hall.data]
    told = await asyncio.to_thread(subprocess.run, ask, capture_output=True, text=True, check=True)
    return str(json.loads(told.stdout)["url"])


async def recorded(hall: TownHall) -> float:
    """How many seconds the recording holds, once it is made."""

    async def made() -> list[Path]:
        return list(hall.data.rglob(f"{HALL}*.m4a"))

    file = (await until(made, "a recording", 60))[0]
    ask = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", file]
    told = await asyncio.to_thread(subprocess.run, ask, capture_output=True, text=True, check=True)
    return float(told.stdout)
