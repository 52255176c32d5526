"""What mixing is held against Janus with: who talks when, how offers reach it, what came back."""

import array
import asyncio
import json
import math
import wave
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from hustings.cli.bench import stage
from hustings.domain.refusals import StartRefused
from hustings.rehearse.measure.mixing import janus, turns, whip
from hustings.rehearse.measure.mixing.speech import Turn, must_sound, sounding

FRAME = 960
WANTED = stage.Wanted(
    speakers=2, talking=1, seconds=5, listeners=0, stop_desk=False, stages=2, rounds=1
)


@pytest.mark.parametrize(("speakers", "talking"), [(50, 4), (4, 2), (7, 3), (3, 1), (2, 1)])
def test_so_many_talk_at_any_moment_and_everyone_has_a_turn(speakers: int, talking: int) -> None:
    length, windows = turns.windows(speakers, talking)

    at_a_time = Counter(frame % length for window in windows for frame in window)

    assert len(windows) == speakers
    assert at_a_time == dict.fromkeys(range(length), talking)


def test_where_no_more_are_there_than_talk_all_of_them_do() -> None:
    length, windows = turns.windows(3, 5)

    assert windows == [range(length)] * 3


def test_whoever_has_no_turn_sends_a_room_and_no_digital_silence(tmp_path: Path) -> None:
    length, windows = turns.windows(4, 1)

    paths = turns.write(tmp_path, 4, 1)

    for path, window in zip(paths, windows, strict=True):
        levels = frame_levels_db(path)
        talks = {n % length for n in window}
        quiet = [level for n, level in enumerate(levels) if n not in talks]
        assert len(levels) == length
        assert all(-75 < level < -65 for level in quiet)
        assert max(levels[n] for n in talks) > -30


def frame_levels_db(path: Path) -> list[float]:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels()) == (48_000, 1)
        sound = array.array("h", file.readframes(file.getnframes()))
    powers = [
        sum(sample * sample for sample in sound[at : at + FRAME]) / FRAME
        for at in range(0, len(sound), FRAME)
    ]
    return [10 * math.log10(max(power, 1e-9) / 32_768**2) for power in powers]


def api(answers: dict[str, Any], asked: list[Any]) -> httpx.AsyncClient:
    """A Janus that answers what it is told to, and notes what it was asked."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json=answers["event"])
        wish = json.loads(request.content)
        asked.append((request.url.path, wish["janus"], wish.get("body", {}).get("request")))
        return httpx.Response(200, json=answers[wish["janus"]])

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


PLAIN = {
    "create": {"janus": "success", "data": {"id": 7}},
    "attach": {"janus": "success", "data": {"id": 9}},
    "message": {"janus": "ack"},
}


async def test_whoever_posts_an_offer_joins_the_room() -> None:
    asked: list[Any] = []
    told = PLAIN | {"event": {"janus": "event", "jsep": {"type": "answer", "sdp": "v=0 yes"}}}
    async with api(told, asked) as http:
        answer = await whip.Room("http://janus/janus", "pass", http).join("v=0")

    assert answer == "v=0 yes"
    assert asked == [
        ("/janus", "create", None),
        ("/janus/7", "attach", None),
        ("/janus/7/9", "message", "join"),
        ("/janus/7/9", "message", "configure"),
    ]


async def test_what_janus_refuses_is_told_with_its_own_words() -> None:
    event = {"janus": "event", "plugindata": {"data": {"error": "No such room (1)"}}}
    async with api(PLAIN | {"event": event}, []) as http:
        with pytest.raises(whip.JanusFault, match="No such room"):
            await whip.Room("http://janus/janus", "pass", http).join("v=0")


async def test_only_our_own_speakers_join() -> None:
    async with whip.room(janus.Janus(1, "http://127.0.0.1:1/janus"), "127.0.0.1", "pass") as url:
        async with httpx.AsyncClient(trust_env=False) as http:
            stranger = await http.post(url, content="v=0", headers={"Authorization": "Bearer no"})
            empty = await http.post(url, headers={"Authorization": "Bearer pass"})
            gone = await http.post(url, content="v=0", headers={"Authorization": "Bearer pass"})
        reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(url).port)
        writer.write(b"nonsense\r\n\r\n")
        nonsense = await reader.read()
        writer.close()

    assert [stranger.status_code, empty.status_code, gone.status_code] == [401, 400, 502]
    assert nonsense.startswith(b"HTTP/1.1 400 ")


def kept(folder: Path, frames: list[float]) -> Path:
    """What a speaker keeps of its return: each frame at one level."""
    sound = array.array("f", [level for level in frames for _ in range(FRAME)])
    rows = "".join(f"{n * FRAME}\t0\t{FRAME}\n" for n in range(len(frames)))
    (folder / "return.tsv").write_text(rows)
    (folder / "return.f32").write_bytes(sound.tobytes())
    return folder


def test_a_return_of_rooms_alone_does_not_pass_for_a_mix(tmp_path: Path) -> None:
    share = sounding(kept(tmp_path, [0.1, 0.0005, 0.0, 0.0005]))

    assert share == 0.25
    must_sound(Turn(1.0, share), "Janus")
    with pytest.raises(StartRefused, match="it did not mix"):
        must_sound(Turn(1.0, sounding(kept(tmp_path, [0.0005] * 10))), "Janus")


def test_without_janus_both_figures_are_null_and_it_is_told_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")

    spread = {"p50": 0.1, "p99": 0.2, "p99.9": 0.3, "max": 0.4}
    stats = {"tick_late_ms": spread, "tick_took_ms": spread}
    figures = stage._figures(WANTED, [stage.Mixed(Turn(3.0, 0.9), stats, 0)], [])

    assert stage._why_not(WANTED) == "it is not installed: apt-get install janus"
    assert figures["cpu_percent_per_speaker"] == 1.5
    assert (figures["janus_cpu_percent_per_speaker"], figures["ratio_to_janus"]) == (None, None)
    assert figures["tick_late_ms"] == spread


def test_the_ratio_is_the_middle_of_those_of_each_round() -> None:
    spreads = [{"p50": n, "p99": n, "p99.9": n, "max": n} for n in (1, 3, 2)]
    mixed = [
        stage.Mixed(Turn(percent, 0.9), {"tick_late_ms": spread, "tick_took_ms": spread}, 0)
        for percent, spread in zip((10.0, 40.0, 20.0), spreads, strict=True)
    ]
    figures = stage._figures(WANTED, mixed, [Turn(percent, 0.8) for percent in (40.0, 80.0, 40.0)])

    assert figures["ratios_to_janus"] == [0.25, 0.5, 0.5]
    assert figures["ratio_to_janus"] == 0.5
    assert figures["janus_cpu_percent_per_speaker"] == 20.0
    assert figures["tick_late_ms"]["p99.9"] == 3
