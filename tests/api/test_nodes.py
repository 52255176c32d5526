"""Orders out, happenings in, over a bus without a network."""

import json
from dataclasses import replace

import pytest

from hustings.desk import timers


def batch(node="stage-1", *happenings, role="stage"):
    told = {"v": 1, "node": node, "role": role, "boot": "b", "seq": 1, "at_ms": 1}
    return f"hustings.happenings.{node}", json.dumps({**told, "happenings": happenings}).encode()


def hello(node="edge-1", role="edge"):
    return f"hustings.hello.{node}", json.dumps({"node": node, "role": role}).encode()


ON_AIR = {"on_air": True, "muted": False, "suppressed": False, "fade_ms": 10}
UP = {"kind": "line_up", "hall": "demo", "seat": "ana", "line": "l1", "person": "p_x"}


def orders(town, node):
    return [json.loads(m) for s, m in town.bus.published if s == f"hustings.orders.{node}"]


async def test_a_node_that_says_hello_is_told_what_to_do(town):
    await town.hall("open")
    await town.seat(role="host")

    await town.bus.arrive(*hello())
    await town.bus.arrive(*hello("stage-1", "stage"))

    edge, stage = orders(town, "edge-1")[-1], orders(town, "stage-1")[-1]
    assert edge["halls"][0]["seats"] == [
        {"seat": "ana", "name": "Ana Ferreira", "host": True, "consented": False, **ON_AIR}
    ]
    assert stage["halls"][0]["seats"] == [
        {"seat": "ana", "host": True, "consented": False, **ON_AIR}
    ]
    assert stage["halls"][0]["stages"] == ["127.0.0.1:8004"]
    assert (stage["desk"], stage["revision"]) == ("127.0.0.1:8005", town.desk.revision)
    assert "Ana" not in json.dumps(orders(town, "stage-1"))


async def test_only_a_hall_with_a_second_to_begin_on_is_told_to_open_with_a_sound(town):
    await town.hall("open")
    await town.bus.arrive(*hello("stage-1", "stage"))
    opened = orders(town, "stage-1")[-1]["halls"][0]

    later = {"hall": "later", "title": "Later", "starts_at": "2030-01-01T19:00:00Z"}
    await town.ask("POST", "/halls", later)
    await town.ask("POST", "/halls/later/announce")
    told = {hall["hall"]: hall for hall in orders(town, "stage-1")[-1]["halls"]}

    own = {"pause": "built-in", "closing": "built-in", "tone": "built-in"}
    assert opened["sounds"] == {"opening": "", **own}
    assert told["later"]["sounds"] == {"opening": "built-in", **own}
    assert told["later"]["silence_intended"] is False


async def test_stages_are_told_what_is_taken_out_for_as_long_as_it_could_be_heard(town):
    await town.ask("POST", "/halls", {"hall": "demo", "title": "Demo", "air_delay_ms": 5000})
    await town.ask("POST", "/halls/demo/open")
    for node, role in (("stage-1", "stage"), ("recorder-1", "recorder"), ("edge-1", "edge")):
        await town.bus.arrive(*hello(node, role))
    began_ms = town.context.now_ms
    await town.ask("POST", "/halls/demo/dump")

    def told(node):
        return orders(town, node)[-1]["halls"][0]

    [dump] = told("stage-1")["dumps"]
    assert dump == [1, began_ms - 5040 - 300, began_ms]
    assert (told("stage-1")["air_delay_ms"], told("stage-1")["began_ms"]) == (5000, began_ms)
    assert told("recorder-1")["air_delay_ms"] == 5000 and "dumps" not in told("recorder-1")
    evening = told("edge-1")["evening"]
    assert (evening["air_delay_ms"], evening["dumps"]) == (
        5040,
        [[began_ms + 5040, began_ms + 5040]],
    )
    town.clock.advance(61_000)
    await town.bus.arrive(*hello("stage-1", "stage"))
    assert told("stage-1")["dumps"] == []


async def test_nodes_are_told_what_is_recorded_and_who_agreed_to_it(town):
    await town.hall("open", record=True)
    await town.seat()
    await town.seat("ben", "Ben", consent=True)
    await town.bus.arrive(*hello("recorder-1", "recorder"))

    hall = orders(town, "recorder-1")[-1]["halls"][0]

    assert hall["record"] is True
    assert hall["seats"] == [
        {"seat": "ana", "host": False, "consented": False, **ON_AIR},
        {"seat": "ben", "host": False, "consented": True, **ON_AIR},
    ]


async def test_how_the_recording_stands_is_shown_backstage_until_nobody_says(town):
    await town.hall("open", record=True)
    told = {"state": "stopped", "reason": "disk_full", "bytes": 9, "missing": 2}
    happening = {"kind": "recording", "hall": "demo", **told}
    await town.bus.arrive(*batch("recorder-1", happening, role="recorder"))

    now = (await town.ask("GET", "/halls/demo")).json()
    town.clock.advance(5001)
    later = (await town.ask("GET", "/halls/demo")).json()

    assert (now["recording"], later["recording"]) == (told, None)


async def test_edges_are_told_where_packagers_are_and_packagers_no_names(town):
    await town.hall("open")
    await town.seat(role="host")

    await town.bus.arrive(*hello())
    await town.bus.arrive(*hello("packager-1", "packager"))

    edge, packager = orders(town, "edge-1")[-1], orders(town, "packager-1")[-1]
    assert edge["halls"][0]["packagers"] == ["127.0.0.1:8006"]
    assert packager["halls"][0]["stages"] == ["127.0.0.1:8004"]
    assert "packagers" not in packager["halls"][0]
    assert "Ana" not in json.dumps(packager)


async def test_every_change_is_told_at_once_and_drafts_never(town):
    await town.bus.arrive(*hello())
    await town.hall("announce", "open", "end")

    states = [[hall["state"] for hall in told["halls"]] for told in orders(town, "edge-1")]
    town.clock.advance(3_600_001)
    await town.bus.arrive(*hello())

    assert states == [[], [], ["announced"], ["live"], ["ended"]]
    assert orders(town, "edge-1")[-1]["halls"] == []


async def test_the_nodes_of_this_machine_are_told_before_they_were_ever_heard(town):
    town.stagehand._place = replace(town.stagehand._place, nodes={"edge-1": "edge"})

    await town.hall("announce")

    assert [hall["state"] for hall in orders(town, "edge-1")[-1]["halls"]] == ["announced"]


async def test_erasing_and_revoking_reach_the_nodes(town):
    await town.hall("open")
    ana = await town.seat()
    await town.bus.arrive(*hello())

    await town.ask("DELETE", f"/people/{ana['person']}")

    last = orders(town, "edge-1")[-1]
    assert last["halls"][0]["seats"] == []
    assert len(last["revoked"]) == 1


async def test_what_stands_now_is_shown_and_forgotten_after_five_seconds(town):
    await town.hall("open")
    line = {"seat": "ana", "line": "l1", "heard": True}
    heard = {
        "kind": "audience",
        "hall": "demo",
        "listeners": 7,
        "joined": 9,
        "left": 2,
        "let_go": 0,
    }
    await town.bus.arrive(*batch("stage-1", {"kind": "lines", "hall": "demo", "lines": [line]}))
    await town.bus.arrive(*batch("edge-1", heard, role="edge"))
    await town.bus.arrive(*batch("edge-2", heard, role="edge"))

    now = (await town.ask("GET", "/halls/demo")).json()
    town.clock.advance(5001)
    later = (await town.ask("GET", "/halls/demo")).json()

    assert (now["lines"], now["audience"]["listeners"], len(now["nodes"])) == ([line], 14, 3)
    assert (later["lines"], later["audience"]["listeners"], later["nodes"]) == ([], 0, [])


async def test_the_room_at_all_edges_is_shown_with_what_the_fullest_has_least_of(town):
    await town.hall("open")
    before = (await town.ask("GET", "/halls/demo")).json()["headroom"]
    for edge, sweep, waiting in (("edge-1", 0.9, 0), ("edge-2", 0.1, 12)):
        free = {"sweep": sweep, "uplink": 1.0, "memory": 0.5}
        told = {"kind": "headroom", "free": free, "waiting": waiting}
        await town.bus.arrive(*batch(edge, told, role="edge"))

    now = (await town.ask("GET", "/halls/demo")).json()["headroom"]

    assert before is None
    assert now == {"free": pytest.approx(0.3), "of": "sweep", "waiting": 12}


async def test_a_seat_with_a_line_at_each_stage_is_shown_once_and_heard_if_either_hears(town):
    await town.hall("open")
    deaf = {"seat": "ana", "line": "l1", "heard": False, "speaking": False}
    hears = {"seat": "ana", "line": "l2", "heard": True, "speaking": True}
    other = {"seat": "ben", "line": "l3", "heard": False, "speaking": False}
    for node, lines in (("stage-1", [deaf, other]), ("stage-2", [hears])):
        await town.bus.arrive(*batch(node, {"kind": "lines", "hall": "demo", "lines": lines}))

    now = (await town.ask("GET", "/halls/demo")).json()

    assert now["lines"] == [hears, other]


async def test_lines_are_logged_once_however_often_they_are_told(town):
    await town.hall("open")
    for _ in range(2):
        await town.bus.arrive(*batch("stage-1", UP))
    await town.bus.arrive(
        *batch("stage-1", {"kind": "line_down", "hall": "demo", "line": "l1", "reason": "left"})
    )

    log = (await town.ask("GET", "/halls/demo/log")).json()["entries"]

    lines = [e["record"] for e in log if e["record"]["kind"].startswith("line")]
    assert [(r["kind"], r["by"]) for r in lines] == [
        ("line_up", "stage-1"),
        ("line_down", "stage-1"),
    ]


async def test_a_line_that_a_new_stage_knows_nothing_of_is_lost(town):
    await town.hall("open")
    await town.bus.arrive(*batch("stage-1", UP))
    empty = {"kind": "lines", "hall": "demo", "lines": []}

    await town.bus.arrive(*batch("stage-1", empty))
    assert town.desk.hall("demo").floor.lines
    town.clock.advance(5001)
    await town.bus.arrive(*batch("stage-1", empty))

    assert town.desk.hall("demo").floor.lines == {}


async def test_a_stage_says_nothing_of_the_lines_of_another(town):
    await town.hall("open")
    await town.bus.arrive(*batch("stage-1", UP))
    empty = {"kind": "lines", "hall": "demo", "lines": []}

    for _ in range(3):
        await town.bus.arrive(*batch("stage-2", empty))
        town.clock.advance(4000)

    assert town.desk.hall("demo").floor.lines
    for _ in range(3):
        await town.bus.arrive(*batch("stage-1", empty))
        town.clock.advance(4000)
    assert town.desk.hall("demo").floor.lines == {}


async def test_nonsense_from_a_node_is_counted_and_harms_nothing(town):
    await town.hall("open")
    for message in (b"", b"[]", b'{"node":"other"}', b'{"node":"n","role":"king","happenings":[]}'):
        await town.bus.arrive("hustings.happenings.n", message)
        await town.bus.arrive("hustings.hello.n", message)
    odd = [
        {"kind": "audience", "hall": "demo"},
        {"kind": "headroom", "free": {"sweep": "much"}, "waiting": 0},
        {"kind": "lines", "hall": "demo", "lines": [1]},
        {"kind": "recording", "hall": "demo", "state": "done"},
        {},
    ]
    for happening in odd:
        await town.bus.arrive(*batch("stage-1", happening))
    await town.bus.arrive(*batch("stage-1", {**UP, "hall": "none"}))

    assert town.stagehand.peer_faults == 14
    assert (await town.ask("GET", "/halls/demo")).json()["nodes"][0]["node"] == "stage-1"


async def test_a_full_disk_does_not_stop_the_clock(town, monkeypatch):
    import asyncio

    calls = []

    async def failing():
        calls.append(1)
        raise OSError("disk full")

    monkeypatch.setattr(town.desk, "tick", failing)
    running = asyncio.create_task(timers.run(town.desk, town.stagehand))
    for _ in range(3):
        for _ in range(10):
            await asyncio.sleep(0)
        town.clock.advance(1000)
    running.cancel()

    assert len(calls) == 3
