"""Promise 6: it begins on the clock, host or no host, and is never silent by accident."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import nats
import numpy as np

from hustings.parts.codec import OpusDecoder
from hustings.parts.grid import PART_SAMPLES
from hustings.parts.stream import Splitter
from tests.chaos.test_control_plane_gone import keep_down
from tests.e2e.conftest import TownHall, until
from tests.e2e.people import Talking, crowd, last_line, lines, speaker, stream

STARTS = int(os.environ.get("E2E_STARTS", "3"))
RATE_HZ = 48_000
HOP = RATE_HZ // 100
AUDIBLE = 10 ** (-40 / 20)
"""Louder than the tone of an empty room, and than any line on which nobody speaks."""
STEP_MAX = 0.02
"""Between two samples of a tone at -50 dBFS, seams included: a click is more."""


class Sound:
    """What one stream held, in media time."""

    def __init__(self, data: bytes) -> None:
        splitter, decoder = Splitter(), OpusDecoder()
        parts = list(splitter.handle(data))
        self.first, self.states = parts[0].no * PART_SAMPLES, [part.state for part in parts]
        assert [part.no for part in parts] == list(range(parts[0].no, parts[-1].no + 1))
        decoded = b"".join(decoder.decode(packet) for part in parts for packet in part.packets)
        self.pcm = np.frombuffer(decoded, "<f4")

    def between(self, start: int, end: int) -> np.ndarray[Any, Any]:
        return self.pcm[max(0, start - self.first) : end - self.first]

    def audible(self) -> np.ndarray[Any, Any]:
        """Where sound begins that is to be heard, by 10 ms."""
        frames = self.pcm[: len(self.pcm) // HOP * HOP].reshape(-1, HOP).astype(np.float64)
        loud = np.flatnonzero(np.sqrt((frames**2).mean(axis=1)) > AUDIBLE)
        return self.first + loud * HOP


def announce(hall: TownHall, name: str, at_ms: int, *, doors: bool) -> None:
    starts_at = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()
    with hall.api as api:
        told = {"hall": name, "title": name, "starts_at": starts_at}
        api.post("/halls", json=told).raise_for_status()
        api.post(f"/halls/{name}/{'open' if doors else 'announce'}").raise_for_status()


def said_by(hall: TownHall, name: str, at_ms: int) -> Sound:
    """What a listener gets who goes back to just before the start."""
    data = bytearray()
    url = f"http://127.0.0.1:{hall.port + 1}/h/{name}/live.mp4"
    with httpx.stream("GET", url, params={"from": at_ms // 240 - 4}) as answer:
        for piece in answer.iter_raw():
            data += piece
            if data.count(b"mdat") >= 12:
                return Sound(bytes(data))
        told = (answer.status_code, dict(answer.headers), len(data), bytes(data[:300]))
    raise AssertionError(f"{name} sent too little: {told}")


def public_state(hall: TownHall, name: str) -> dict[str, Any]:
    told: dict[str, Any] = httpx.get(f"{hall.page}/h/{name}/state.json").raise_for_status().json()
    return told


async def told_of(hall: TownHall, names: Iterable[str]) -> bool:
    """Whether whoever has to go on without the desk has all of it from there."""
    kept = [file.read_text() for file in hall.data.rglob("orders.json")]
    return len(kept) >= 3 and all(f'"{name}"' in orders for name in names for orders in kept)


async def starts(hall: TownHall, begin_s: float, numbers: range) -> list[float]:
    """Let halls start by themselves, seven tenths of a second apart; how late each was heard."""
    first_ms = (time.time_ns() // 1_000_000_000 + round(begin_s)) * 1000
    at_ms = {f"start-{n}": first_ms + 700 * place for place, n in enumerate(numbers)}
    for place, (name, ms) in enumerate(at_ms.items()):
        announce(hall, name, ms, doors=place % 2 == 1)
    gone = begin_s > 10
    await until(lambda: told_of(hall, at_ms), "all nodes were told")
    beside = asyncio.create_task(without_control(hall, max(at_ms.values()))) if gone else None
    await asyncio.sleep(max(at_ms.values()) / 1000 + 4 - time.time())
    late = []
    for name, ms in at_ms.items():
        sound = await asyncio.to_thread(said_by, hall, name, ms)
        state = await asyncio.to_thread(public_state, hall, name)
        late.append(float(sound.audible()[0] - ms * 48) / 48)
        assert (state["state"], state["since_ms"]) == ("live", ms)
        assert "live" in sound.states
    if beside:
        await beside
    return late


async def without_control(hall: TownHall, until_ms: int) -> None:
    """No desk and no bus from now on until after the start; stages know from before."""
    seconds = until_ms / 1000 + 6 - time.time()
    killing = asyncio.create_task(keep_down(hall, ["desk", "nats"], seconds))
    await asyncio.sleep(2)
    for stage in ("stage-1", "stage-2"):
        os.kill(hall.pid(stage), signal.SIGKILL)
    assert await killing > 2


async def test_halls_begin_on_their_second_and_need_no_desk_for_it(town_hall: TownHall) -> None:
    half = STARTS // 2

    late = await starts(town_hall, 4, range(STARTS - half))
    late_alone = await starts(town_hall, 12, range(STARTS - half, STARTS)) if half else []

    print(f"heard after the second, in ms: {late}, with desk and bus gone {late_alone}")
    assert all(0 <= ms <= 100 for ms in late + late_alone), (late, late_alone)


@asynccontextmanager
async def happenings(hall: TownHall) -> AsyncIterator[list[dict[str, Any]]]:
    """What the first stage tells of the air, as it comes."""
    told: list[dict[str, Any]] = []
    order = json.loads((hall.data / "run" / "stage-1.order.json").read_text())["nats"]
    bus = await nats.connect(order["url"], token=order["token"])

    async def heard(message: Any) -> None:
        batch = json.loads(message.data)["happenings"]
        told.extend(one for one in batch if one["kind"] == "air" and one["hall"] == "eve")

    await bus.subscribe("hustings.happenings.stage-1", cb=heard)
    yield told
    await bus.close()


async def test_dead_air_is_told_covered_and_undone_at_once(
    town_hall: TownHall, tmp_path: Path
) -> None:
    given = town_hall.live_hall("ana", "ben")
    order = {"speakers": [speaker(town_hall, seat, given[seat]) for seat in given]}
    talking = Talking(await crowd(tmp_path, "talk", order))
    await until(lambda: talking.stand(2), "two lines of each speaker")
    ears = {"count": 1, "stream": stream(town_hall), "save": str(tmp_path / "heard.mp4")}
    listening = await crowd(tmp_path, "listen", {"listeners": ears})
    async with happenings(town_hall) as told:

        async def tells(covered: bool) -> bool:
            return bool(told) and told[-1]["covered"] is covered

        await until(lambda: heard(town_hall), "both heard")
        await asyncio.sleep(3)
        talking.process.kill()
        await until(lambda: tells(covered=True), "a cover")
        await asyncio.sleep(3)
        again = Talking(await crowd(tmp_path, "again", order))
        await until(lambda: tells(covered=False), "a stage that speaks")
        await asyncio.sleep(3)
    listening.terminate()
    await last_line(listening)
    await again.end()
    with suppress(ProcessLookupError):
        await talking.end()

    must_tell_the_truth(Sound((tmp_path / "heard.mp4").read_bytes()), told)


async def heard(hall: TownHall) -> bool:
    return [line["seat"] for line in lines(hall) if line["heard"]] == ["ana", "ben"]


def must_tell_the_truth(sound: Sound, told: list[dict[str, Any]]) -> None:
    """What was told of dead air is what was to be heard, by part and moment."""
    at = [one["part_no"] * PART_SAMPLES for one in told]
    quiet = next(t for t, one in zip(at, told, strict=True) if one["quiet_ms"] >= 5_000)
    covered = next(t for t, one in zip(at, told, strict=True) if one["covered"])
    back = next(t for t, one in zip(at, told, strict=True) if t > covered and not one["covered"])
    audible = sound.audible()
    last = int(audible[audible < covered].max())
    again = int(audible[audible > covered].min())
    after_s = [(moment - last) / RATE_HZ for moment in (quiet, covered)]
    silence = sound.between(last + RATE_HZ, covered)
    tone = sound.between(covered, again)
    step = float(np.abs(np.diff(tone)).max())
    level_db = 20 * np.log10(
        np.sqrt((sound.between(covered + RATE_HZ * 3 // 2, again) ** 2).mean())
    )
    undone_ms = (again - back) / 48
    print(f"told after {after_s} s, tone {level_db:.1f} dBFS, step {step:.4f}, word {undone_ms} ms")
    assert 4.5 <= after_s[0] <= 5.5 and 19.5 <= after_s[1] <= 20.5
    assert float(np.abs(silence).max()) < 0.001
    assert -56 < level_db < -44
    assert step < STEP_MAX
    # A part is told of by its number, and its first word is somewhere in it.
    assert -20 <= undone_ms <= 480
    spoken = sound.between(again, again + 2 * RATE_HZ)
    assert float(np.abs(np.diff(spoken)).max()) < 0.5
    assert all(one["playing"] == ("tone" if one["covered"] else "stage") for one in told)
