"""A server whose clock is wrong by an hour: sound all the same, for all whose clock is right."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.e2e.conftest import TownHall
from tests.e2e.people import crowd, last_line, speaker, stream
from tests.e2e.sound import a_voice, best_match, envelope, heard_in, holes

WRONG = {
    "LD_PRELOAD": "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "FAKETIME_DONT_FAKE_MONOTONIC": "1",
}


@pytest.mark.skipif(not Path(WRONG["LD_PRELOAD"]).exists(), reason="faketime is not installed here")
@pytest.mark.parametrize("by", ["+1h", "-1h"])
async def test_with_its_clock_wrong_by_an_hour_a_town_hall_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    with monkeypatch.context() as wrong:
        for name, value in {**WRONG, "FAKETIME": by}.items():
            wrong.setenv(name, value)
        # One start in ten of any program dies of the library that shifts its clock.
        starts = (TownHall(tmp_path / "data") for _ in range(6))
        hall = next(started for started in starts if started.ready)
    assert "LD_PRELOAD" not in os.environ
    try:
        given = hall.live_hall("ana")
        said = envelope(a_voice(tmp_path / "voice.wav"))
        voice = speaker(hall, "ana", given["ana"], file=str(tmp_path / "voice.wav"))
        speaking = await crowd(tmp_path, "speaks", {"seconds": 16, "speakers": [voice]})
        await asyncio.sleep(3)
        ears = {"count": 3, "stream": stream(hall), "save": str(tmp_path / "heard.mp4")}
        listening = await crowd(tmp_path, "hears", {"seconds": 11, "listeners": ears})
        told = await last_line(listening)
        await last_line(speaking)
    finally:
        hall.stop()

    heard = heard_in(tmp_path / "heard.mp4")
    score, at = best_match(heard, said)
    ahead_ms = -told["listeners"]["age_ms"]["p50"]
    print(f"{by}: score {score:.3f}, its parts are {ahead_ms / 3_600_000:+.3f} h ahead")
    assert (told["listeners"]["playing"], told["listeners"]["missed"]) == (3, 0)
    assert abs(ahead_ms - {"+1h": 3_600_000, "-1h": -3_600_000}[by]) < 10_000
    assert score > 0.9
    assert holes(heard, said, at) == []
