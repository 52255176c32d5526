"""Captions of a real hall: the same in both stages, at the edge, in HLS, in every file."""

import asyncio
import json
import os
import re
import signal
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import httpx
import m3u8

from hustings.parts.grid import SEGMENT_PARTS
from hustings.parts.stream import Splitter
from tests.e2e.conftest import HUSTINGS, ROOT, TownHall, chromium, until

LINES = (
    "Good evening, and welcome to the town hall of the old bridge and its river.",
    "<b>Who pays?</b> & how --> soon",
    "\u6c34" * 30,
    "\u05e9\u05dc\u05d5\u05dd \U0001f44b\U0001f3fd",
)
HLS_JS = ROOT / "web/node_modules/hls.js/dist/hls.min.js"
PLAY = """url => {
  window.video = document.createElement('video');
  video.muted = true;
  window.hls = new Hls({ lowLatencyMode: false });
  hls.loadSource(url);
  hls.attachMedia(video);
  hls.once(Hls.Events.SUBTITLE_TRACKS_UPDATED, () => { hls.subtitleTrack = 0; });
  hls.once(Hls.Events.MANIFEST_PARSED, () => { void video.play(); });
}"""
SHOWN = """() => {
  const [track] = window.video.textTracks;
  const known = window.hls.levels[0]?.details?.fragments[0];
  if (!track?.cues || !known) return [];
  const at = (s) => known.programDateTime + (s - known.start) * 1000;
  return [...track.cues].map((cue) => [cue.text, at(cue.startTime)]);
}"""
MPEGTS_PER_PART = 21_600
SOON = 8
"""Parts: 2 s."""
TICKS_END = 1 << 33
Told = dict[int, tuple[int, str]]
"""By number: the part, and the text."""


@dataclass
class Writer:
    """A captioner, at the public origin."""

    hall: TownHall
    token: str
    told: Told

    def post(self, text: str, **more: Any) -> None:
        answer = httpx.post(
            f"{self.hall.page}/api/v1/halls/eve/captions",
            json={"text": text, **more},
            headers={"Authorization": f"Bearer {self.token}"},
        )
        assert answer.status_code == 201, answer.text
        self.take(answer.json())

    def take(self, answer: Any) -> None:
        self.told |= {one["no"]: (one["part_no"], one["text"]) for one in answer["captions"]}

    @property
    def last_part(self) -> int:
        return max(part for part, _ in self.told.values())


def opened(hall: TownHall) -> Writer:
    with hall.api as api:
        told = {"hall": "eve", "title": "Eve of it", "record": True}
        api.post("/halls", json=told).raise_for_status()
        guest = {"role": "captioner", "name": "Cara"}
        given = api.post("/halls/eve/passes", json=guest).raise_for_status().json()
        api.post("/halls/eve/open").raise_for_status()
    return Writer(hall, given["pass"], {})


def carried(url: str, first: int, last: int) -> tuple[Told, int]:
    """The captions of a stream in the parts from the one to the other, and its first part."""
    found: Told = {}
    splitter, began = Splitter(), 0
    address = f"{url}/h/eve/live.mp4"
    # What an edge knows us by afterwards; a stage asks for nothing.
    with httpx.stream("GET", address) as answer:
        known = answer.headers.get("hustings-resume", "")
    with httpx.stream("GET", address, params={"from": first, "resume": known}) as answer:
        for data in answer.iter_raw():
            for part in splitter.handle(data):
                began = began or part.no
                if part.no > last:
                    return found, began
                if part.caption is not None:
                    no, text = part.caption
                    assert no not in found, "each number once"
                    found[no] = (part.no, text)
                    assert part.messages[4:8] == b"emsg" and len(part.messages) < 200 + 62
    raise AssertionError("the stream ended")


def stages(hall: TownHall) -> list[str]:
    return [f"http://127.0.0.1:{hall.port + offset}" for offset in (4, 8)]


def edge(hall: TownHall) -> str:
    return f"http://127.0.0.1:{hall.port + 1}"


def cues(file: str, origin: int) -> dict[int, tuple[int, int, str]]:
    """By number: first part, end, text as it reads; `origin` is the part that time counts from."""
    found: dict[int, tuple[int, int, str]] = {}
    head, *blocks = file.split("\n\n")
    assert head.split("\n")[0] == "WEBVTT"
    for block in blocks:
        no, times, *rows = block.strip("\n").split("\n")
        start, end = (origin + _parts(time) for time in times.split(" --> "))
        text = "\n".join(rows)
        assert not re.search(r"<|&(?!amp;|lt;|gt;)", text)
        for name, letter in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
            text = text.replace(name, letter)
        found[int(no)] = (start, end, text)
    return found


def _parts(time: str) -> int:
    hours, minutes, seconds = time.split(":")
    ms = (int(hours) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)
    assert ms % 240 == 0
    return ms // 240


def subtitles(hall: TownHall) -> dict[int, tuple[int, int, str]]:
    """What an HLS player finds from the list of all on, put at media time by the stamps."""
    base = f"{hall.page}/h/eve/"
    every = m3u8.loads(httpx.get(f"{base}all.m3u8").text, uri=base)
    [variant], [media] = every.playlists, every.media
    assert (variant.uri, media.uri, media.type) == ("live.m3u8", "captions.m3u8", "SUBTITLES")
    sound = m3u8.loads(httpx.get(base + variant.uri).text, uri=base)
    listed = m3u8.loads(httpx.get(base + media.uri).text, uri=base)
    assert abs(listed.media_sequence - sound.media_sequence) <= 1
    found: dict[int, tuple[int, int, str]] = {}
    for no, segment in enumerate(listed.segments, listed.media_sequence):
        assert segment.uri == f"vtt/{no}.vtt"
        answer = httpx.get(base + segment.uri)
        assert answer.headers["content-type"] == "text/vtt; charset=utf-8"
        assert "immutable" in answer.headers["cache-control"]
        stamp = re.search(r"LOCAL:00:00:00.000,MPEGTS:(\d+)\n", answer.text)
        assert stamp
        assert int(stamp[1]) == no * SEGMENT_PARTS * MPEGTS_PER_PART % TICKS_END
        for one, (start, end, text) in cues(answer.text, no * SEGMENT_PARTS).items():
            first = found.get(one, (start, end, text))
            assert start in (first[0], first[1]), "a cue goes on where it was cut"
            found[one] = (first[0], end, text)
    return found


def must_read(shown: dict[int, tuple[int, int, str]], told: Told) -> None:
    """Each increment in its part, its words last in what is shown then, and no two at once."""
    assert list(shown) == sorted(told)
    for no, (part, text) in told.items():
        assert shown[no][0] == part
        assert shown[no][2].endswith(text.rstrip(" "))
    for before, after in pairwise(shown.values()):
        assert before[0] < before[1] <= after[0]


async def there(ask: Callable[[], Any], what: str) -> Any:
    async def asked() -> Any:
        return await asyncio.to_thread(ask)

    return await until(asked, what)


def listed(hall: TownHall) -> bool:
    told = httpx.get(f"{hall.page}/h/eve/state.json")
    return told.status_code == 200 and told.json()["hls"] is not None


async def piped(writer: Writer, *lines: str, meanwhile: Callable[[], None] = lambda: None) -> None:
    """By the command line, a line at a time; `meanwhile` happens after the first."""
    program = await asyncio.create_subprocess_exec(
        *(HUSTINGS, "hall", "caption", "eve", "--json", "--data", writer.hall.data),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdin
    assert program.stdout
    for n, line in enumerate(lines):
        program.stdin.write(f"{line}\n".encode())
        async with asyncio.timeout(30):
            writer.take(json.loads(await program.stdout.readline()))
        if n == 0:
            meanwhile()
    program.stdin.close()
    assert await program.wait() == 0


async def test_what_is_written_is_in_the_same_part_everywhere_and_in_every_file(
    town_hall: TownHall,
) -> None:
    hall, writer = town_hall, opened(town_hall)
    await there(lambda: listed(hall), "HLS")
    for n, line in enumerate(LINES):
        writer.post(line, id=f"k{n}")
        writer.post(line, id=f"k{n}")
    await piped(writer, "From a program.", "Another line of it.")
    first, last = writer.told[1][0], writer.last_part

    heard = [
        (await asyncio.to_thread(carried, at, first, last))[0] for at in (*stages(hall), edge(hall))
    ]
    in_hls = await there(lambda: covers(subtitles(hall), writer.told), "captions in HLS")
    file = await asyncio.to_thread(file_so_far, hall)

    assert heard == [writer.told] * 3
    assert "".join(text for _, text in writer.told.values()).startswith(" ".join(LINES))
    must_read(in_hls, writer.told)
    await must_be_recorded(writer, file)


def file_so_far(hall: TownHall) -> str:
    return httpx.get(f"{hall.page}/api/v1/halls/eve/captions.vtt").raise_for_status().text


def covers(shown: dict[int, tuple[int, int, str]], told: Told) -> Any:
    return shown if shown.keys() == told.keys() else None


async def must_be_recorded(writer: Writer, file: str) -> None:
    hall = writer.hall
    with hall.api as api:
        api.post("/halls/eve/end").raise_for_status()
    folder = hall.data / "recordings" / "eve"
    await there((folder / "eve.json").exists, "a recording")
    told = json.loads((folder / "eve.json").read_text())
    beside = cues((folder / "eve.vtt").read_text(), told["first_part"])
    must_read(beside, writer.told)
    # The desk's file counts from the same part, without having seen one.
    assert {no: text for no, (_, _, text) in cues(file, 0).items()} == {
        no: text for no, (_, _, text) in beside.items()
    }
    starts = [start + told["first_part"] for start, _, _ in cues(file, 0).values()]
    said = [part for part, _ in writer.told.values()]
    assert all(0 <= part - start <= 80 for part, start in zip(said, starts, strict=True))


def kill(hall: TownHall, name: str) -> int:
    killed = hall.pid(name)
    os.kill(killed, signal.SIGKILL)
    return killed


async def test_the_death_of_a_stage_and_of_the_desk_neither_loses_nor_repeats_a_caption(
    town_hall: TownHall,
) -> None:
    hall, writer = town_hall, opened(town_hall)
    await there(lambda: listed(hall), "HLS")
    writer.post("Before it dies.")
    await asyncio.sleep(3)
    killed = kill(hall, "stage-1")
    for n in range(12):
        writer.post(f"While it is away, {n}.")
        await asyncio.sleep(0.5)
    await there(lambda: hall.pid("stage-1") != killed, "a new stage")
    await piped(writer, "One", "Two", "Three", meanwhile=lambda: kill(hall, "desk"))
    writer.post("Since it is back, a line that is so long that it is still to come. " * 3)
    first, last = writer.told[1][0], writer.last_part

    one, other, listener = [
        await asyncio.to_thread(carried, at, first, last) for at in (*stages(hall), edge(hall))
    ]

    assert other[0] == listener[0] == writer.told
    began = one[1]
    assert began > first
    to_come = {no: told for no, told in writer.told.items() if told[0] >= began}
    # Its first parts may be cut before the desk is heard: what belongs there comes later.
    assert {no: text for no, (_, text) in one[0].items()} == {
        no: text for no, (_, text) in to_come.items()
    }
    late = {no: part - to_come[no][0] for no, (part, _) in one[0].items() if part != to_come[no][0]}
    assert all(0 < by <= SOON and to_come[no][0] < began + SOON for no, by in late.items()), late
    assert one[0]


async def test_a_player_of_somebody_elses_shows_captions_with_the_sound_they_belong_to(
    town_hall: TownHall,
) -> None:
    hall, writer = town_hall, opened(town_hall)
    await there(lambda: listed(hall), "HLS")

    async with aclosing(chromium("--autoplay-policy=no-user-gesture-required")) as browsers:
        page = await (await anext(browsers)).new_page(bypass_csp=True)
        await page.goto(f"{hall.page}/h/eve")
        await page.add_script_tag(path=HLS_JS)
        await page.evaluate(PLAY, f"{hall.page}/h/eve/all.m3u8")
        for n in range(3):
            writer.post(f"Number {n}, and more.")
            await asyncio.sleep(7)

        async def shown() -> Any:
            told = await page.evaluate(SHOWN)
            return told if len({text for text, _ in told}) == 3 else None

        told = await until(shown, "captions in a player")

    starts: dict[str, float] = {}
    for text, at_ms in told:
        starts.setdefault(text, at_ms)
    for part, text in writer.told.values():
        assert abs(starts[text.rstrip(" ")] - part * 240) < 50
