"""A recording of a real hall: through killed processes, a full disk, and with consent alone."""

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest

from hustings.parts.codec import OpusDecoder
from hustings.parts.grid import PART_SAMPLES
from tests.chaos.test_control_plane_gone import keep_down
from tests.e2e.conftest import HUSTINGS, TownHall, until
from tests.e2e.people import VOICES, Talking, crowd, last_line, lines, speaker
from tests.e2e.sound import a_voice, best_match, decoded, envelope, holes

HALL_S = float(os.environ.get("E2E_RECORDED_SECONDS", "20"))
"""How long they are killed for: a second apart, stages as soon as the last one is back."""
ROOM = "1100m"
"""A disk just above the floor of 1 GiB."""


def recorded_hall(hall: TownHall, *seats: str, consent: bool = True) -> dict[str, dict[str, Any]]:
    with hall.api as api:
        told = {"hall": "eve", "title": "Eve of it", "record": True}
        api.post("/halls", json=told).raise_for_status()
        given = {}
        for seat in seats:
            told = {"seat": seat, "name": f"Name Of {seat}", "consent": consent}
            given[seat] = api.post("/halls/eve/seats", json=told).raise_for_status().json()
        api.post("/halls/eve/open").raise_for_status()
    return given


def standing(hall: TownHall) -> dict[str, Any]:
    with hall.api as api:
        told: dict[str, Any] | None = api.get("/halls/eve").raise_for_status().json()["recording"]
    return told or {"state": "unknown"}


async def stands(hall: TownHall, state: str) -> dict[str, Any]:
    async def asked() -> dict[str, Any] | None:
        with suppress(httpx.TransportError):  # The desk may be on its way back.
            told = standing(hall)
            return told if told["state"] == state else None
        return None

    found: dict[str, Any] = await until(asked, f"a recording that is {state}")
    return found


def end(hall: TownHall) -> None:
    with hall.api as api:
        api.post("/halls/eve/end").raise_for_status()


def kill(hall: TownHall, name: str) -> bool:
    """Whether it lived: whoever dies often is started again after a longer pause."""
    try:
        os.kill(hall.pid(name), signal.SIGKILL)
    except (ProcessLookupError, ValueError):
        return False
    return True


def files(hall: TownHall) -> tuple[Path, Path, dict[str, Any]]:
    folder = hall.data / "recordings" / "eve"
    assert not (folder / "parts").exists()
    told = json.loads((folder / "eve.json").read_text())
    return folder / "eve.opus", folder / "eve.m4a", told


def sound_of(path: Path) -> np.ndarray:
    """By libopus, as the programme was made."""
    decoder = OpusDecoder()
    with av.open(str(path)) as file:
        told = [decoder.decode(bytes(packet)) for packet in file.demux(audio=0) if packet.size]
    return np.frombuffer(b"".join(told), "<f4")


async def test_whoever_is_killed_nothing_is_missing_in_the_recording(
    town_hall: TownHall, tmp_path: Path
) -> None:
    given = recorded_hall(town_hall, "ana", "ben")
    voices = [
        speaker(town_hall, seat, given[seat], file=str(VOICES / f"{seat}.opus"))
        for seat in ("ana", "ben")
    ]
    talking = Talking(await crowd(tmp_path, "two", {"speakers": voices}))
    await until(lambda: talking.stand(2), "two lines of each speaker")
    await stands(town_hall, "recording")
    await asyncio.sleep(4)

    kills = await keep_down(town_hall, ["desk", "nats"], 2)
    killed = await kill_for(HALL_S, town_hall, talking)
    await stands(town_hall, "recording")
    await asyncio.sleep(4)
    end(town_hall)
    kill(town_hall, "recorder-1")
    await stands(town_hall, "done")
    await talking.end()

    opus, aac, told = files(town_hall)
    heard, second = sound_of(opus), decoded(aac)[: told["samples"]]
    said = decoded_mix()
    now = envelope(heard[6 * 48_000 : -2 * 48_000])
    score, at = best_match(now, said)
    gone = holes(now, said, at)
    alike = float(np.corrcoef(heard, second)[0, 1])
    print(
        f"{told['parts']} parts, {told['missing_parts']} missing; killed {killed}, {kills} more; "
        f"envelope {score:.3f}, holes {len(gone)}, opus to m4a {alike:.4f}"
    )
    assert told["missing"] == []
    assert len(heard) == len(second) == told["parts"] * PART_SAMPLES == told["samples"]
    assert told["parts"] * 0.24 > HALL_S
    assert score > 0.9
    assert gone == []
    assert alike > 0.98


async def kill_for(seconds: float, hall: TownHall, talking: Talking) -> dict[str, int]:
    names = (
        "recorder-1",
        "stage-1",
        "edge-1",
        "packager-1",
        "stage-2",
        "recorder-1",
        "desk",
        "nats",
    )
    killed = dict.fromkeys(names, 0)
    end_at = time.monotonic() + seconds
    while time.monotonic() < end_at:
        for name in names:
            if name.startswith("stage"):
                await talking.through_the_death_of(hall, name)
                killed[name] += 1
            else:
                killed[name] += kill(hall, name)
                await asyncio.sleep(1)
    return killed


def decoded_mix() -> np.ndarray:
    """The envelope of both voices together, in step as the crowd loops them."""
    ana, ben = (decoded(VOICES / f"{seat}.opus") for seat in ("ana", "ben"))
    mix = np.zeros(max(len(ana), len(ben)), np.float32)
    for voice in (ana, ben):
        mix[: len(voice)] += voice
    return envelope(mix)


async def test_a_speaker_is_heard_and_recorded_only_after_agreeing(
    town_hall: TownHall, tmp_path: Path
) -> None:
    given = recorded_hall(town_hall, "ana", consent=False)
    a_voice(tmp_path / "voice.wav")
    voice = speaker(town_hall, "ana", given["ana"], file=str(tmp_path / "voice.wav"))
    speaking = await crowd(tmp_path, "ana", {"seconds": 14, "speakers": [voice]})

    async def up() -> bool:
        told = lines(town_hall)
        return bool(told) and told[0]["speaking"]

    await until(up, "a voice at the stage")
    await asyncio.sleep(3)
    before = lines(town_hall)[0]
    agree = town_hall.api
    agree.headers["Authorization"] = f"Bearer {given['ana']['pass']}"
    agreed_ms = time.time() * 1000
    agree.post("/halls/eve/consent", json={}).raise_for_status()

    async def heard() -> bool:
        return bool(lines(town_hall)[0]["heard"])

    await until(heard, "being heard after agreeing")
    after = lines(town_hall)[0]
    await asyncio.sleep(4)
    end(town_hall)
    await stands(town_hall, "done")
    await last_line(speaking)

    opus, _, told = files(town_hall)
    loud = envelope(sound_of(opus)) > 10 ** (-50 / 20)
    first = int(np.argmax(loud))
    after_ms = told["first_part"] * 240 + first * 10 - agreed_ms
    print(f"sound {after_ms:.0f} ms after agreeing, then {loud[first:].mean():.0%} of the time")
    assert (before["consent"], before["heard"], after["consent"]) == (False, False, True)
    assert told["missing"] == []
    assert 0 < after_ms < 2000
    assert loud[first:].mean() > 0.4


def test_a_file_is_spoken_only_with_consent(town_hall: TownHall) -> None:
    given = recorded_hall(town_hall, "ana", consent=False)
    ask = [HUSTINGS, "speak", "eve", "--file", VOICES / "ana.opus", "--seconds", "4", "--json"]
    ask += ["--url", town_hall.page, "--pass", given["ana"]["pass"]]

    silent = subprocess.run(ask, capture_output=True, text=True, timeout=30)
    agreed = subprocess.run(
        [*ask, "--agree-to-recording"], capture_output=True, text=True, timeout=30
    )

    assert silent.returncode == 2
    assert "--agree-to-recording" in silent.stderr
    assert agreed.returncode == 0, agreed.stderr
    assert '"heard": true' in agreed.stdout


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True)
    asked = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    if subprocess.run(asked, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_a_full_disk_stops_the_recording_with_a_warning_and_never_the_sound(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "data" / "recordings"):
        hall = TownHall(tmp_path / "data")
        try:
            await fill_and_empty(hall, tmp_path)
        finally:
            hall.stop()


def show(hall: TownHall) -> str:
    asked = [str(HUSTINGS), "hall", "show", "eve", "--data", str(hall.data)]
    return subprocess.run(asked, capture_output=True, text=True, timeout=20).stdout


async def fill_and_empty(hall: TownHall, tmp_path: Path) -> None:
    given = recorded_hall(hall, "ana")
    stream = f"http://127.0.0.1:{hall.port + 1}/h/eve/live.mp4"
    order = {
        "seconds": 22,
        "speakers": [speaker(hall, "ana", given["ana"])],
        "listeners": {"count": 20, "stream": stream},
    }
    going = await crowd(tmp_path, "evening", order)
    await stands(hall, "recording")
    ballast = hall.data / "recordings" / "ballast"
    ballast.write_bytes(bytes(90_000_000))

    stopped = await stands(hall, "stopped")
    shown = await asyncio.to_thread(show, hall)
    await asyncio.sleep(5)
    ballast.unlink()
    await stands(hall, "recording")
    last = await last_line(going)
    end(hall)
    await stands(hall, "done")

    _, _, told = files(hall)
    print(f"{told['parts']} parts, {told['missing_parts']} missing; stopped: {stopped}")
    assert stopped["reason"] == "disk_full"
    assert "NOT RECORDING: the disk is nearly full" in shown
    assert (last["listeners"]["playing"], last["listeners"]["missed"]) == (20, 0)
    assert last["speakers"][0]["heard"]
    assert told["missing"] == []
