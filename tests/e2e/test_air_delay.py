"""What is said waits, the start does not; what is taken out is heard nowhere, in no file."""

import asyncio
import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from tests.e2e.conftest import TownHall, until
from tests.e2e.people import Talking, crowd, last_line, speaker, stream
from tests.e2e.sound import RATE_HZ, a_voice, best_match, envelope, holes
from tests.e2e.test_air import AUDIBLE, Sound
from tests.e2e.test_recording import end, files, sound_of, stands

DELAY_MS = 9_600
"""Forty parts; longer than the opening."""


def announce(hall: TownHall, starts_at_ms: int) -> dict[str, Any]:
    starts_at = datetime.fromtimestamp(starts_at_ms / 1000, UTC).isoformat()
    told = {"hall": "eve", "title": "Eve of it", "starts_at": starts_at, "record": True}
    with hall.api as api:
        api.post("/halls", json={**told, "air_delay_ms": DELAY_MS}).raise_for_status()
        seat = {"seat": "ana", "name": "Ana", "consent": True}
        given: dict[str, Any] = api.post("/halls/eve/seats", json=seat).raise_for_status().json()
        api.post("/halls/eve/open").raise_for_status()
        settled = api.put("/halls/eve/air-delay", json={"delay_ms": 0})
    assert settled.json()["code"] == "hall_state"
    return given


def dump(hall: TownHall) -> tuple[int, int]:
    """From when to when nothing is to be heard, in samples of media time."""
    with hall.api as api:
        out = api.post("/halls/eve/dump").raise_for_status().json()["dumps"][-1]
    return ((out["from_ms"] + DELAY_MS) * 48, (out["to_ms"] + DELAY_MS) * 48)


def sent_by(stage: str, start: int, end: int) -> Sound:
    """What one stage still has of a stretch of media time."""
    data, url = bytearray(), f"http://{stage}/h/eve/live.mp4"
    with httpx.stream("GET", url, params={"from": start // 11_520 - 4}) as answer:
        for piece in answer.iter_raw():
            data += piece
            if data.count(b"moof") > (end - start) // 11_520 + 10:
                return Sound(bytes(data))
    raise AssertionError(f"{stage} sent too little")


def loudest(sound: Sound, start: int, end: int) -> float:
    return float(envelope(sound.between(start, end)).max())


async def test_what_is_taken_out_is_heard_nowhere_and_the_rest_is_whole(
    town_hall: TownHall, tmp_path: Path
) -> None:
    start_ms = (time.time_ns() // 1_000_000_000 + 8) * 1000
    said = envelope(await asyncio.to_thread(a_voice, tmp_path / "voice.wav"))
    given, voice = announce(town_hall, start_ms), str(tmp_path / "voice.wav")
    order = {"speakers": [speaker(town_hall, "ana", given, file=voice)]}
    talking = Talking(await crowd(tmp_path, "talk", order))
    await until(lambda: talking.stand(2), "two lines of the speaker")
    ears = {"count": 5, "stream": stream(town_hall), "save": str(tmp_path / "heard.mp4")}
    listening = await crowd(tmp_path, "listen", {"listeners": ears})
    await asyncio.sleep(start_ms / 1000 + DELAY_MS / 1000 + 8 - time.time())

    out, came = dump(town_hall), round(time.time() * 1000)
    await asyncio.sleep(DELAY_MS / 1000 + 3)
    stages = [f"127.0.0.1:{town_hall.port + offset}" for offset in (4, 8)]
    beside = [await asyncio.to_thread(sent_by, stage, *out) for stage in stages]
    os.kill(town_hall.pid("stage-1"), signal.SIGKILL)
    await asyncio.sleep(4)
    ended_ms = round(time.time() * 1000)
    end(town_hall)
    await stands(town_hall, "done")
    listening.terminate()
    told = (await last_line(listening))["listeners"]
    await talking.end()

    heard = Sound((tmp_path / "heard.mp4").read_bytes())
    must_wait(heard, start_ms * 48)
    for sound in (heard, *beside):
        must_be_out(sound, out, said)
    apart = np.abs(beside[0].between(*out) - beside[1].between(*out)).max()
    opus, _, written = files(town_hall)
    kept = sound_of(opus)
    first = heard.first + _place(heard, kept)
    recorded = Sound.__new__(Sound)
    recorded.first, recorded.pcm = first, kept
    must_be_out(recorded, out, said)
    said_s = (first + len(kept)) / RATE_HZ - start_ms / 1000
    print(
        f"out {(out[1] - out[0]) / RATE_HZ:.2f} s, {out[0] / 48 - came:.0f} ms after it was asked; "
        f"stages apart {apart:.5f}; recorded up to {said_s:.1f} s after the start"
    )
    assert (told["missed"], told["reconnects"], written["missing"]) == (0, 0, [])
    assert apart < AUDIBLE
    # Its last words are in the recording: they were on their way when it ended.
    assert said_s * 1000 >= ended_ms + DELAY_MS - start_ms - 240


def _place(heard: Sound, kept: np.ndarray[Any, Any]) -> int:
    """Where in what was heard the recording begins."""
    size = 1 << (len(heard.pcm) + len(kept)).bit_length()
    spectrum = np.fft.rfft(heard.pcm, size) * np.conj(np.fft.rfft(kept, size))
    at = int(np.argmax(np.fft.irfft(spectrum, size)))
    return at if at < size // 2 else at - size


def must_wait(sound: Sound, start: int) -> None:
    """The opening is on the second, and the first word a delay later."""
    audible = sound.audible()
    opening = audible[audible >= start - RATE_HZ // 2]
    assert 0 <= opening[0] - start <= RATE_HZ // 10
    said_at = start + DELAY_MS * 48
    before = audible[(audible > start + 8 * RATE_HZ) & (audible < said_at)]
    word = audible[audible >= said_at][0]
    assert len(before) == 0, (before - start) / RATE_HZ
    assert word - said_at <= RATE_HZ // 2


def must_be_out(sound: Sound, out: tuple[int, int], said: np.ndarray[Any, Any]) -> None:
    edge = RATE_HZ // 25
    assert loudest(sound, out[0] + edge, out[1] - edge) < AUDIBLE
    for first, last in ((out[0] - 5 * RATE_HZ, out[0]), (out[1], out[1] + 2 * RATE_HZ)):
        around = envelope(sound.between(first + edge, last - edge))
        score, at = best_match(around, said)
        # Two seconds of the loudest words: the ceiling takes some decibels of them.
        assert score > 0.85, score
        assert holes(around, said, at) == []
