"""A speaker on a bad line, in a real Chromium; and what is heard of them meanwhile: by the crowd,
by another speaker, in the recording."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from hustings.domain.refusals import StartRefused
from hustings.fleet.crowd import Crowd, crowd
from hustings.fleet.site import Site
from hustings.ops.clock import SystemClock, monotonic_ms
from hustings.rehearse.evening import Evening, Seat, until
from hustings.rehearse.measure.chirps import pack_silence, write_wav
from hustings.rehearse.measure.line.counts import Counts, counts
from hustings.rehearse.measure.line.link import Fault, Way
from hustings.rehearse.measure.line.studio import Studio, studio
from hustings.rehearse.measure.line.track import Track
from hustings.rehearse.measure.line.wire import Wire

STAGE, ANNOUNCED = "127.0.0.1", "127.0.0.2"
"""Where stages are, and where they say that they are: at the link."""
SEATS = [Seat("speaker", "A speaker far away"), Seat("ear", "Another speaker")]
DOORS = ("media", "media-2")
PACKETS_PER_S = 50
STANDS_PACKETS = 50
"""A line stands when so many have come through it."""
CAME_SHARE = 0.8
"""Of what a speaker sends in the time: less, and the rest went elsewhere or was never said."""
SETTLED_MS = 2_000
CLOCK = SystemClock()


@dataclass(frozen=True)
class Town:
    """A town hall whose stages announce `ANNOUNCED`, recorded; and a folder for what is heard."""

    media: str
    evening: Evening
    site: Site
    folder: Path


@dataclass(frozen=True)
class Wanted:
    fault: Fault
    track: Track
    seed: int
    stages: int
    """How many of the two can be reached: the other is a black hole."""


@dataclass(frozen=True)
class Heard:
    """Where what came out is kept, and what was counted of the bad time."""

    programme: Path
    recording: Path
    returned: Path
    stage: dict[str, int | None]
    link: dict[str, dict[str, int]]


async def speak(town: Town, wanted: Wanted) -> Heard:
    """Raises StartRefused."""
    write_wav(town.folder / "said.wav", wanted.track.sound)
    write_wav(town.folder / "room.wav", pack_silence(10))
    async with AsyncExitStack() as stack:
        wires = await stack.enter_async_context(_link(town.site, wanted))
        counted = await stack.enter_async_context(counts(town.site, SEATS[0].seat))
        running = await stack.enter_async_context(crowd(town.media, _ears(town)))
        ears = _Ears(running)
        stack.push_async_callback(ears.close)
        await until(ears.stand, "another speaker to stand")
        for wire in wires:
            wire.is_bad = True
        page = await stack.enter_async_context(studio(town.folder / "said.wav"))
        await page.sit(town.evening.seats[SEATS[0].seat]["studio_url"])
        whole = wires[: wanted.stages]
        await until(lambda: _stand(whole, counted), "a line to each stage")
        await _say(page, wanted, whole, counted)
        told, link = counted.told(), _came_through(whole, wanted)
        ears.must_be_whole()
        await page.leave()
        recording = await _end(town)
        running.stop()
    folder = town.folder
    return Heard(folder / "live.mp4", recording, folder / "ear", told, link)


async def _say(page: Studio, wanted: Wanted, wires: list[Wire], counted: Counts) -> None:
    """All of the track, which begins where the page opens its microphone anew."""
    await page.speak_plainly()
    began = monotonic_ms()

    async def wait_until(at_s: float) -> None:
        await CLOCK.sleep_ms(max(0, began + round(at_s * 1000) - monotonic_ms()))

    await wait_until(wanted.track.worse_s)
    counted.start()
    for wire in wires:
        wire.worsen()
    await wait_until(wanted.track.end_s)
    await CLOCK.sleep_ms(SETTLED_MS)


@asynccontextmanager
async def _link(site: Site, wanted: Wanted) -> AsyncIterator[list[Wire]]:
    """One line to each stage: losses of their own, but outages in common."""
    wires = []
    try:
        for n, door in enumerate(DOORS):
            port = site.port_of(door)
            up, down = (Way(wanted.fault, wanted.seed, n, side) for side in (0, 1))
            wire = Wire((STAGE, port), up, down, is_whole=n < wanted.stages)
            wires.append(wire)
            await wire.open((ANNOUNCED, port))
        yield wires
    finally:
        for wire in wires:
            wire.close()


async def _stand(wires: list[Wire], counted: Counts) -> bool:
    return counted.stages >= len(wires) and all(w.carried > STANDS_PACKETS for w in wires)


def _came_through(wires: list[Wire], wanted: Wanted) -> dict[str, dict[str, int]]:
    """Raises StartRefused where sound cannot have come through the link."""
    bad_s = wanted.track.end_s - wanted.track.worse_s
    for wire in wires:
        if wire.up.passed + wire.up.dropped < CAME_SHARE * PACKETS_PER_S * bad_s:
            raise StartRefused(
                f"The sound did not come through the link: {wire.up.passed} packets passed in "
                f"{bad_s:.0f} s, {wire.up.dropped} were dropped.",
                "The figures would not be of this line. Measure again on a freer machine.",
            )
    ways = {"to_stage": [w.up for w in wires], "to_speaker": [w.down for w in wires]}
    return {
        name: {"passed": sum(w.passed for w in both), "dropped": sum(w.dropped for w in both)}
        for name, both in ways.items()
    }


def _ears(town: Town) -> dict[str, Any]:
    """A listener, and a speaker who says nothing; both on a clean line."""
    seat, evening = SEATS[1].seat, town.evening
    ear = {
        "whip": evening.whip_url(seat),
        "pass": evening.seats[seat]["pass"],
        "file": str(town.folder / "room.wav"),
        "loop": True,
        "dump": str(town.folder / "ear"),
    }
    save = str(town.folder / "live.mp4")
    return {
        "speakers": [ear],
        "listeners": {"count": 1, "stream": evening.stream_url, "save": save},
    }


class _Ears:
    """How those on a clean line fare."""

    def __init__(self, running: Crowd) -> None:
        self._last: dict[str, Any] = {}
        self._following = asyncio.create_task(self._follow(running))

    async def _follow(self, running: Crowd) -> None:
        async for line in running.lines():
            self._last = line

    async def stand(self) -> bool:
        """Raises what the crowd broke with."""
        if self._following.done():
            self._following.result()
        speakers = self._last.get("speakers") or [None]
        return (speakers[0] or {}).get("lines") == len(DOORS)

    def must_be_whole(self) -> None:
        """Raises StartRefused."""
        speaker, listener = self._last["speakers"][0], self._last["listeners"]
        if speaker["reconnects"] or listener["reconnects"] or listener["missed"]:
            raise StartRefused(
                "Those on a clean line missed something as well.", "Measure on a freer machine."
            )

    async def close(self) -> None:
        self._following.cancel()
        await asyncio.gather(self._following, return_exceptions=True)


async def _end(town: Town) -> Path:
    """Of the hall; where its recording is, once that is done."""
    hall, folder = town.evening.hall, town.site.data / "recordings" / town.evening.hall
    owner = {"Authorization": f"Bearer {town.site.owner_pass.read_text().strip()}"}
    async with httpx.AsyncClient(base_url=town.evening.page, headers=owner) as http:
        (await http.post(f"/api/v1/halls/{hall}/end")).raise_for_status()

    async def is_done() -> bool:
        return (folder / f"{hall}.json").exists()

    await until(is_done, "the recording to be done")
    return folder / f"{hall}.opus"
