"""The packager as a node: orders, halls that come and go, and the stream edges ask for."""

import json
from dataclasses import replace

import httpx
import pytest

from hustings.packager.boxes import header
from hustings.packager.rendition import KEPT_LL_PARTS, Shelf
from hustings.packager.segment import LlPart
from hustings.packager.serve import build
from hustings.packager.workshop import Workshop
from hustings.parts.post import Post, Who, read
from hustings.testing.bus import FakeBus
from hustings.testing.clock import ManualClock

WHO = Who("packager-1", "packager", "b", "1")


def orders(*halls):
    told = [
        {"hall": hall, "state": state, "stages": ["127.0.0.1:9"], "more": 1}
        for hall, state in halls
    ]
    return json.dumps({"v": 1, "revision": 1, "halls": told}).encode()


async def test_the_last_orders_are_followed_when_desk_and_nats_are_gone(tmp_path):
    bus, heard = FakeBus(), []
    first = Post(replace(WHO, boot="b1"), tmp_path, bus)
    await first.begin(lambda wanted: None)
    await bus.arrive("hustings.orders.packager-1", orders(("demo", "live")))

    await Post(replace(WHO, boot="b2"), tmp_path, FakeBus()).begin(heard.append)

    assert [[(w.hall, w.ended, w.stages) for w in told] for told in heard] == [
        [("demo", False, ("127.0.0.1:9",))]
    ]


async def test_what_is_no_order_changes_nothing(tmp_path):
    bus, heard = FakeBus(), []
    post = Post(replace(WHO, boot="b"), tmp_path, bus)
    await post.begin(heard.append)

    for message in (b"", b"null", b'{"halls":[{}]}', b'{"halls":7}', b"\xff", b"[" * 9999):
        await bus.arrive("hustings.orders.packager-1", message)

    assert heard == []
    assert not (tmp_path / "orders.json").exists()


async def test_it_asks_again_when_no_orders_come_and_tells_what_it_packed(tmp_path):
    bus = FakeBus()
    post = Post(replace(WHO, boot="b"), tmp_path, bus)
    await post.begin(lambda wanted: None)

    for second in range(5):
        await post.beat(second, [{"kind": "packed", "hall": "demo", "ll_no": 7, "holes": 0}])

    subjects = [subject for subject, _ in bus.published]
    assert subjects.count("hustings.hello.packager-1") == 1
    said = json.loads(dict(bus.published)["hustings.happenings.packager-1"])
    assert (said["role"], said["seq"], said["happenings"][0]["ll_no"]) == ("packager", 5, 7)


async def test_a_reader_gets_the_header_then_what_it_asked_for_and_then_what_comes():
    shelf = Shelf()
    for no in range(10):
        shelf.push(LlPart(no, bytes([no])))
    reading = shelf.stream(8)

    first = [await anext(reading) for _ in range(3)]
    shelf.push(LlPart(10, b"ten"))

    assert first == [header(), b"\x08", b"\x09"]
    assert await anext(reading) == b"ten"


async def test_a_slow_reader_skips_what_is_gone():
    shelf = Shelf()
    reading = shelf.stream(0)
    await anext(reading)
    for no in range(KEPT_LL_PARTS + 50):
        shelf.push(LlPart(no, b"%d" % no))

    assert await anext(reading) == b"50"


@pytest.fixture
async def workshop():
    made = Workshop(ManualClock())
    yield made
    made.follow([])


async def test_halls_come_and_go_with_the_orders(workshop):
    workshop.follow(read(orders(("demo", "live"), ("eve", "ended"))))
    kept = workshop.renditions["demo"]
    workshop.follow(read(orders(("demo", "paused"))))

    assert workshop.renditions == {"demo": kept}
    assert workshop.beat() == []


async def test_an_unknown_hall_and_a_number_that_is_none_are_refused(workshop):
    workshop.follow(read(orders(("demo", "live"))))
    transport = httpx.ASGITransport(build(workshop))
    async with httpx.AsyncClient(transport=transport, base_url="http://p") as http:
        unknown = await http.get("/h/none/aac.mp4")
        unread = await http.get("/h/demo/aac.mp4?from=-1")
        alive = await http.get("/livez")

    assert (unknown.status_code, unknown.json()["code"]) == (404, "hall_unknown")
    assert (unread.status_code, unread.json()["code"]) == (400, "request_unreadable")
    assert alive.text == "alive\n"
