"""What a machine may be like on the evening: sound all the same, or a sentence with the mend."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.authority import Authority
from tests.e2e.conftest import HUSTINGS, SEALED, TownHall, until
from tests.e2e.people import VOICES, crowd, last_line, speaker, stream

SECONDS = 8.0


async def an_evening(hall: TownHall, folder: Path, stream: str) -> dict[str, Any]:
    """Somebody speaks, three listen; how it went."""
    seat = hall.live_hall("ana")["ana"]
    order = {
        "seconds": SECONDS,
        "speakers": [speaker(hall, "ana", seat)],
        "listeners": {"count": 3, "stream": stream},
    }
    return await last_line(await crowd(folder, "evening", order))


def went_well(told: dict[str, Any]) -> tuple[bool, int, int]:
    ears = told["listeners"]
    return told["speakers"][0]["heard"], ears["playing"], ears["missed"]


async def test_a_machine_that_has_ipv6_alone(tmp_path: Path) -> None:
    hall = TownHall(tmp_path / "data", "--host", "::1", public="http://[::1]:{port}")
    try:
        told = await an_evening(hall, tmp_path, f"http://[::1]:{hall.port + 1}/h/eve/live.mp4")
    finally:
        hall.stop()

    assert hall.ready["stream_url"] == f"http://[::1]:{hall.port + 1}"
    assert went_well(told) == (True, 3, 0)


async def test_speakers_and_listeners_from_the_command_line_over_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    cert, key = authority.sign(tmp_path / "tls", "127.0.0.1")
    hall = TownHall(tmp_path / "data", "--cert", str(cert), "--key", str(key), public=SEALED)
    try:
        refused = await an_evening(
            hall, tmp_path, f"{hall.page[:-5]}{hall.port + 1}/h/eve/live.mp4"
        )
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        given = hall.seat("ben")
        speak = [HUSTINGS, "speak", "eve", "--file", VOICES / "ben.opus", "--seconds", str(SECONDS)]
        speak += ["--url", hall.page, "--pass", given["pass"], "--json"]
        speaking = await asyncio.create_subprocess_exec(*speak, stdout=subprocess.DEVNULL)
        listen = [HUSTINGS, "listen", "eve", "--seconds", "5", "--url", hall.page, "--json"]
        listened = await asyncio.to_thread(subprocess.run, listen, capture_output=True, timeout=30)
        spoke = await asyncio.wait_for(speaking.wait(), 30)
    finally:
        hall.stop()

    # Whoever does not trust the authority hears nothing and says nothing.
    assert refused["listeners"]["playing"] == 0
    assert (listened.returncode, spoke) == (0, 0)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("a disk of its own needs root; it was not tried")
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)]
    if subprocess.run(mount, check=False).returncode:
        pytest.skip("nothing can be mounted here; it was not tried")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


async def test_a_disk_that_takes_nothing_more_takes_no_sound(
    small_disk: Path, tmp_path: Path
) -> None:
    hall = TownHall(small_disk / "data")
    try:
        seat = hall.live_hall("ana")["ana"]
        fill(small_disk)
        order = {
            "seconds": SECONDS,
            "speakers": [speaker(hall, "ana", seat)],
            "listeners": {"count": 3, "stream": stream(hall)},
        }
        told = await last_line(await crowd(tmp_path, "evening", order))
        with hall.api as api:
            paused = api.post("/halls/eve/pause")
            state = api.get("/halls/eve").json()["state"]
        (small_disk / "filling").unlink()

        async def mended() -> bool:
            with hall.api as api:
                return api.post("/halls/eve/pause").status_code == 200

        await until(mended, "a desk that writes again")
    finally:
        hall.stop()

    assert went_well(told) == (True, 3, 0)
    assert (paused.status_code, state) == (507, "live")
    assert paused.headers["content-type"] == "application/problem+json"
    assert "Sound goes on." in paused.json()["title"]
    assert "its disk is full" in paused.json()["next"]


def fill(disk: Path) -> None:
    with (disk / "filling").open("wb", buffering=0) as filling:
        try:
            while True:
                filling.write(bytes(4096))
        except OSError:
            return


def test_a_disk_that_cannot_be_written_is_told_at_the_start(
    small_disk: Path, tmp_path: Path
) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)

    hall = TownHall(small_disk / "data")

    assert hall.process.wait(20) == 2
    assert hall.ready is None
    assert (
        "cannot be written: Read-only file system" in (small_disk.parent / "serve.log").read_text()
    )
