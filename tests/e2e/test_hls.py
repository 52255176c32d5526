"""HLS of a real hall: read by an independent parser and ffmpeg, while processes are killed."""

import asyncio
import io
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import av
import httpx
import m3u8
import numpy as np
import pytest

from hustings.parts.codec import OpusDecoder
from hustings.parts.grid import LL_SAMPLES, PART_SAMPLES, SAMPLE_RATE_HZ
from hustings.parts.stream import Splitter
from tests.chaos.test_control_plane_gone import keep_down
from tests.e2e.conftest import HUSTINGS, ROOT, TownHall
from tests.e2e.sound import envelope

VOICE = ROOT / "src/hustings/voices/ben.opus"
SEGMENT = timedelta(milliseconds=4800)
FFMPEG_S = 12
SECONDS = float(os.environ.get("E2E_SECONDS", "12"))
KILLS = 2
APART = 0.2
"""Two stages encode the programme each by itself: their envelopes are apart so far, of 1,"""
INAUDIBLE = 10 ** (-60 / 20)
"""or this, where all there is is the tone of the room."""


class Listener:
    """A strict LL-HLS client: follows hints, merges deltas, has every playlist read by m3u8."""

    def __init__(self, page: str) -> None:
        self.base = f"{page}/h/eve/"
        self.http = httpx.Client(base_url=self.base, timeout=12, trust_env=False)
        self.known: dict[int, tuple[str, datetime]] = {}
        self.sound: dict[str, bytes] = {}
        self.hint = ""
        self.read = 0
        """Playlists."""

    def get(self, path: str) -> httpx.Response:
        """As players do: an edge that is being restarted is asked again."""
        end = time.monotonic() + 15
        while True:
            try:
                return self.http.get(path)
            except httpx.TransportError:
                assert time.monotonic() < end, f"{path} could not be had"
                time.sleep(0.1)

    def load(self, query: str = "") -> Any:
        answer = self.get(f"live.m3u8{query}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert (
            answer.headers["cache-control"] == f"public, max-age={30 if '_HLS_msn' in query else 1}"
        )
        told = m3u8.loads(answer.text, uri=self.base)
        self.check(told, answer.text)
        self.read += 1
        return told

    def check(self, told: Any, text: str) -> None:
        assert (told.target_duration, told.part_inf.part_target) == (5, 0.96)
        assert told.server_control.part_hold_back >= 3 * told.part_inf.part_target
        assert told.server_control.hold_back >= 3 * told.target_duration
        assert told.server_control.can_skip_until >= 6 * told.target_duration
        skipped = told.skip.skipped_segments if told.skip else 0
        first = told.media_sequence + skipped
        assert not skipped or set(range(told.media_sequence, first)) <= self.known.keys()
        whole = [segment for segment in told.segments if segment.uri]
        for no, segment in enumerate(whole, first):
            assert segment.uri == f"aac/{no}.m4s"
            assert segment.duration == 4.8
            said = (segment.uri, segment.program_date_time)
            assert self.known.setdefault(no, said) == said, "what was told is never changed"
            before = self.known.get(no - 1)
            assert before is None or said[1] - before[1] == SEGMENT
        for part in (part for segment in told.segments for part in segment.parts):
            assert (part.duration, part.independent) == (0.96, "YES")
        self.hint = told.preload_hint.uri if told.preload_hint else ""
        assert bool(self.hint) != bool(told.is_endlist)
        last = re.findall(r"aac/\d+(?:\.\d)?\.m4s", text.partition("#EXT-X-PRELOAD")[0])[-1]
        assert not self.hint or number(self.hint) == number(last) + 1

    def follow(self, seconds: float, *, skip: bool = True) -> None:
        """Ask for what is hinted and for the playlist that names it, both at once."""
        end = time.monotonic() + seconds
        with ThreadPoolExecutor(1) as beside:
            while time.monotonic() < end and self.hint:
                hint = self.hint
                part = beside.submit(self.get, hint)
                msn, index = re.findall(r"\d+", hint)[:2]
                self.load(f"?_HLS_msn={msn}&_HLS_part={index}" + "&_HLS_skip=YES" * skip)
                got = part.result()
                if not self.hint:
                    return  # It has ended, and the hint came to nothing.
                assert got.status_code == 200, f"{hint}: {got.text}"
                assert got.headers["content-type"] == "audio/mp4"
                assert "immutable" in got.headers["cache-control"]
                self.sound[hint] = got.content


def number(uri: str) -> int:
    """The LL-HLS part that `uri` names, of a segment the last."""
    segment, index = re.fullmatch(r"aac/(\d+)(?:\.(\d))?\.m4s", uri).groups(default="4")
    return int(segment) * 5 + int(index)


def until(ask: Any, what: str) -> Any:
    end = time.monotonic() + 40
    while time.monotonic() < end:
        if answer := ask():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen")


@pytest.fixture
def speaking(town_hall: TownHall) -> Iterator[TownHall]:
    """A hall with a voice in it, and HLS."""
    seat = town_hall.live_hall("ana")["ana"]
    speak = [HUSTINGS, "speak", "eve", "--file", VOICE, "--json"]
    asked = [
        *speak,
        "--seconds",
        str(int(SECONDS) + 600),
        "--url",
        town_hall.page,
        "--pass",
        seat["pass"],
    ]
    with subprocess.Popen(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as voice:
        state = f"{town_hall.page}/h/eve/state.json"
        until(lambda: httpx.get(state).json()["hls"] == "/h/eve/live.m3u8", "HLS")
        yield town_hall
        voice.terminate()


def test_what_hls_plays_at_a_media_time_is_what_the_stream_plays_then(speaking: TownHall) -> None:
    listener, said, since = Listener(speaking.page), bytearray(), 0
    listener.load()
    decoder, splitter = OpusDecoder(), Splitter()
    live = f"http://127.0.0.1:{speaking.port + 1}/h/eve/live.mp4"
    with httpx.stream("GET", live) as stream, ThreadPoolExecutor(1) as beside:
        following = beside.submit(listener.follow, 11)
        for data in stream.iter_raw():
            for part in splitter.handle(data):
                since = since or part.no * PART_SAMPLES
                said += b"".join(map(decoder.decode, part.packets))
            if following.done():
                break
        following.result()

    uris = sorted(listener.sound, key=number)[2:]
    assert len(uris) >= 8
    data = listener.get("aac/init.mp4").content + b"".join(listener.sound[uri] for uri in uris)
    heard = aac(data)
    at = number(uris[0]) * LL_SAMPLES + 2048 - since
    there = np.frombuffer(bytes(said), "<f4")[at : at + len(heard)]
    likeness = np.corrcoef(heard[: len(there)], there)[0, 1]
    print(f"{len(there) / SAMPLE_RATE_HZ:.1f} s, likeness {likeness:.4f}")
    assert len(there) > 5 * SAMPLE_RATE_HZ
    assert likeness > 0.97


def test_ffmpeg_plays_it_without_an_error(speaking: TownHall, tmp_path: Path) -> None:
    out = tmp_path / "heard.f32"
    ask = ["ffmpeg", "-v", "error", "-i", f"{speaking.page}/h/eve/live.m3u8", "-t", str(FFMPEG_S)]
    played = subprocess.run(
        [*ask, "-ac", "1", "-ar", "48000", "-f", "f32le", out],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (played.returncode, played.stderr) == (0, "")
    heard = np.fromfile(out, "<f4")
    assert len(heard) == FFMPEG_S * SAMPLE_RATE_HZ
    assert np.sqrt((heard**2).mean()) > 0.01


def kill(hall: TownHall, name: str, listener: Listener) -> None:
    """Listening goes on meanwhile, until it is back, and for a while after."""
    killed = hall.pid(name)
    os.kill(killed, signal.SIGKILL)
    listener.follow(3)
    until(lambda: hall.pid(name) != killed, f"a new {name}")
    listener.follow(2, skip=False)


def aac(data: bytes) -> np.ndarray:
    """The sound of a header and segments, without what a decoder finds in with."""
    with av.open(io.BytesIO(data)) as file:
        return np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])[2048:]


def loud(sound: np.ndarray) -> float:
    return float(np.sqrt((sound**2).mean()))


def must_be_whole(listener: Listener) -> None:
    last = listener.load()
    assert not any(segment.gap_tag or segment.discontinuity for segment in last.segments)
    numbers = sorted(number(uri) for uri in listener.sound)
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    for no in range(last.media_sequence, max(listener.known) + 1):
        parts = [listener.sound.get(f"aac/{no}.{index}.m4s") for index in range(5)]
        whole = listener.get(f"aac/{no}.m4s")
        assert whole.status_code == 200
        # Heard before a packager died, and made again by the next: the same bytes, or at least
        # the same sound, where the next one listens to the other stage.
        before = b"".join(filter(None, parts))
        if None not in parts and whole.content != before:
            header = listener.get("aac/init.mp4").content
            first, again = (envelope(aac(header + data)) for data in (before, whole.content))
            assert loud(first - again) < max(APART * loud(first), INAUDIBLE)


def test_whoever_is_killed_nothing_is_missing_from_the_playlist(speaking: TownHall) -> None:
    listener = Listener(speaking.page)
    listener.load()

    # The stage last: what a packager makes again comes from the half minute that a stage keeps.
    for name in (*("packager-1", "edge-1") * KILLS, "stage-1"):
        kill(speaking, name, listener)

    must_be_whole(listener)


def test_no_playlist_breaks_a_rule_for_as_long_as_they_are_read(speaking: TownHall) -> None:
    listener = Listener(speaking.page)
    listener.load()

    listener.follow(SECONDS)

    must_be_whole(listener)
    print(f"{listener.read} playlists, {len(listener.sound)} parts")
    assert listener.read > 0.9 * SECONDS


def test_with_desk_and_bus_gone_whoever_dies_comes_back_without_them(speaking: TownHall) -> None:
    listener = Listener(speaking.page)
    listener.load()

    with ThreadPoolExecutor(1) as beside:
        gone = beside.submit(asyncio.run, keep_down(speaking, ["desk", "nats"], 14))
        for name in ("packager-1", "edge-1"):
            kill(speaking, name, listener)
        assert not gone.done()
        gone.result()

    must_be_whole(listener)


def test_an_ended_hall_closes_its_playlist_and_another_hall_has_none(speaking: TownHall) -> None:
    listener = Listener(speaking.page)
    listener.load()
    with speaking.api as api:
        api.post("/halls/eve/end").raise_for_status()
        api.post("/halls", json={"hall": "later", "title": "Later"}).raise_for_status()
        api.post("/halls/later/announce").raise_for_status()

    listener.follow(40)

    assert listener.load().is_endlist
    later = f"{speaking.page}/h/later/live.m3u8"
    until(lambda: httpx.get(later).json()["code"] == "hls_absent", "the edge's orders")
    assert httpx.get(later).status_code == 404
    assert httpx.get(f"{speaking.page}/h/later/state.json").json()["hls"] is None
