"""The recorder as a node: whom it listens to, what it tells, and that it ends what was begun."""

import asyncio
import json
from dataclasses import replace

import httpx
import pytest

from hustings.parts.post import Wanted, read
from hustings.recorder import archive as archives
from hustings.recorder.archive import Archive, Place
from hustings.recorder.recording import OVER_BEATS
from hustings.testing.clock import ManualClock
from hustings.testing.parts import stream_part
from tests.domain.test_recorder import FIRST, parts

DEMO = Wanted("demo", ("127.0.0.1:1",), "live", "Demo", True)
OVER = replace(DEMO, state="ended")


class Soon(ManualClock):
    async def sleep_ms(self, ms):
        await asyncio.sleep(0)


@pytest.fixture
async def archive(tmp_path, monkeypatch):
    """Listens to nobody; parts are given to it by hand."""

    async def deaf(stages, hall, source, resume):
        await asyncio.Event().wait()

    monkeypatch.setattr(archives, "listen", deaf)
    made = Archive(Place(tmp_path, ("127.0.0.1:2",), 0), Soon())
    yield made
    made.follow([])


def sources(archive):
    return sorted(source for _, source in archive._listening)


def give(archive, given, hall="demo"):
    for part in given:
        archive._halls[hall].recording.take(part)


async def run_until(archive, state, beats=2 * OVER_BEATS):
    running = asyncio.create_task(archive.run())
    try:
        for _ in range(beats):
            told = archive.beat()
            if told and told[0]["state"] == state:
                return told[0]
            for _ in range(200):
                await asyncio.sleep(0)
        raise AssertionError(f"it is {told}, not {state}")
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_only_halls_that_are_recorded_and_open_are_listened_to(archive):
    outside = replace(DEMO, hall="../demo")
    unheard = [replace(DEMO, record=False), replace(DEMO, hall="eve", state="announced"), outside]
    archive.follow(unheard)
    nobody = sources(archive)
    archive.follow([DEMO])

    assert (nobody, sources(archive)) == ([], ["127.0.0.1:1"])


async def test_edges_are_asked_only_while_the_stage_leaves_something_out(archive):
    archive.follow([DEMO])
    given = parts(40)
    asked = []
    for fresh in ([*given[:10], *given[11:20]], given[20:30], [given[10]]):
        give(archive, fresh)
        archive.beat()
        asked.append(len(sources(archive)))
    archive.beat()
    archive.beat()

    assert asked == [2, 2, 1]
    assert len(sources(archive)) == 2


async def test_a_hall_that_ended_becomes_its_files_and_stays_done(archive, tmp_path):
    archive.follow([DEMO])
    give(archive, parts(30))
    archive.follow([OVER])

    done = await run_until(archive, "done")
    again = Archive(Place(tmp_path, (), 0), Soon())
    again.follow([OVER])

    assert (done["missing"], done["bytes"] > 50_000) == (0, True)
    assert [path.name for path in sorted((tmp_path / "demo").iterdir())] == [
        *("demo.json", "demo.m4a", "demo.opus")
    ]
    assert sources(archive) == []
    assert again.beat() == [done]


async def test_what_was_begun_is_ended_though_the_desk_names_it_no_more(archive, tmp_path):
    archive.follow([DEMO])
    give(archive, parts(25))
    archive._halls["demo"].folder.close()

    after = Archive(Place(tmp_path, (), 0), Soon())
    after.follow([])

    assert (await run_until(after, "done"))["missing"] == 0


async def test_a_hall_in_which_nothing_was_said_leaves_nothing(archive, tmp_path):
    archive.follow([DEMO])
    archive.follow([OVER])

    assert (await run_until(archive, "none"))["bytes"] == 0
    assert list(tmp_path.iterdir()) == []


async def test_below_the_floor_it_stops_and_says_so_and_goes_on_with_room(archive, monkeypatch):
    archive.follow([DEMO])
    give(archive, parts(10))
    archive._place = replace(archive._place, floor_bytes=1)
    monkeypatch.setattr(archives, "free_bytes", lambda path: 0)
    archive.beat()
    give(archive, parts(20))
    full = archive.beat()[0]
    monkeypatch.setattr(archives, "free_bytes", lambda path: 1)
    archive.beat()
    give(archive, parts(20))
    room = archive.beat()[0]

    assert (full["state"], full["reason"], full["missing"]) == ("stopped", "disk_full", 10)
    assert (room["state"], room["reason"], room["missing"]) == ("recording", "", 0)


async def test_no_files_are_made_on_a_full_disk_and_they_are_when_there_is_room(
    archive, monkeypatch
):
    archive.follow([DEMO])
    give(archive, parts(10))
    archive.follow([OVER])
    real = archives.finish
    calls = []

    async def full(*given):
        calls.append(given)
        if len(calls) == 1:
            raise OSError(28, "full")
        return await real(*given)

    monkeypatch.setattr(archives, "finish", full)

    assert (await run_until(archive, "stopped"))["reason"] == "disk_full"
    assert (await run_until(archive, "done"))["missing"] == 0


async def test_a_recording_that_cannot_be_made_into_files_keeps_its_parts_and_harms_no_other(
    archive, tmp_path, monkeypatch
):
    archive.follow([DEMO])
    give(archive, parts(10))

    async def short(path, breathe):
        return 7

    monkeypatch.setattr("hustings.recorder.m4a.samples", short)
    archive.follow([OVER])

    told = await run_until(archive, "stopped")

    assert told["reason"] == "fault"
    assert list((tmp_path / "demo/parts").iterdir())


async def test_parts_come_over_http_from_where_they_are_missing(tmp_path, monkeypatch):
    given, asked = parts(30), []

    def answer(request):
        first = int(request.url.params["from"])
        if request.url.path.endswith("/mended.mp4"):
            return httpx.Response(200, headers={"hustings-lacking": "0"})
        asked.append(first)
        data = b"".join(part.data for part in given if part.no >= first)
        return httpx.Response(200, stream=httpx.ByteStream(data))

    real = httpx.AsyncClient
    transport = httpx.MockTransport(answer)
    monkeypatch.setattr(httpx, "AsyncClient", lambda **more: real(transport=transport))
    archive = Archive(Place(tmp_path, (), 0), Soon())
    archive.follow([DEMO])
    for _ in range(500):
        await asyncio.sleep(0)
    folder = archive._halls["demo"].folder
    archive.follow([])

    folder.close()
    assert folder.load() == set(range(FIRST, FIRST + 30))
    assert asked[0] == 0 < asked[1]


def test_orders_of_a_newer_desk_are_read_as_far_as_they_are_understood():
    told = {"hall": "demo", "title": "Demo", "state": "live", "stages": [], "record": 1, "x": 2}

    assert read(json.dumps({"halls": [told]}).encode()) == [Wanted("demo", (), "live", "Demo")]


def test_the_parts_of_tests_are_read_as_those_of_a_stage():
    part = stream_part(7, [b"\xfc"] * 12, "paused")

    assert (part.no, part.state, part.since, len(part.packets)) == (7, "paused", 7, 12)
