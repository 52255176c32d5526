"""An evening over HTTP: its start moved, its plan, its sounds, its calendar."""

import asyncio
import hashlib
from datetime import UTC, datetime

from icalendar import Calendar

from tests.api.conftest import PUBLIC, bearer
from tests.api.test_hostile_passes import token_of
from tests.api.test_hosting import told
from tests.api.test_nodes import batch, hello, orders

SOUND = b"OggS\0\2" + (48_000).to_bytes(8, "little") + bytes(14) + b"OpusHead"
ITEMS = [
    {"item": "opening", "kind": "opening", "title": "Opening", "planned_ms": 60_000},
    {"item": "debate", "kind": "segment", "title": "The bridge", "planned_ms": 600_000},
]


def iso(town, minutes):
    at_ms = town.clock.now_ms() + minutes * 60_000
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()


async def announced(town, **fields):
    await town.hall("announce", starts_at=iso(town, 10), **fields)
    return (await town.ask("GET", "/halls/demo")).json()["starts_at_ms"]


async def test_a_start_is_slipped_once_by_two_who_press_the_same_button(town):
    starts_at_ms = await announced(town)
    slip = {"minutes": 5, "from_ms": starts_at_ms}
    answers = [await town.ask("POST", "/halls/demo/slip", slip) for _ in range(2)]

    assert [a.json()["starts_at_ms"] - starts_at_ms for a in answers] == [300_000, 300_000]


async def test_a_postponed_hall_keeps_its_address_and_the_passes_to_it(town):
    await announced(town)
    producer = await town.guest("producer")
    town.clock.advance(60_000)
    month = 30 * 24 * 60
    moved = await town.ask("POST", "/halls/demo/postpone", {"starts_at": iso(town, month)})
    town.clock.advance(29 * 24 * 3_600_000)

    me = await town.ask("GET", "/me?hall=demo", headers=producer)
    assert (moved.json()["state"], moved.json()["hall"]) == ("announced", "demo")
    assert me.status_code == 200
    await town.bus.arrive(*hello())
    grace = orders(town, "edge-1")[-1]["halls"][0]["grace"]
    assert grace["until_ms"] > town.clock.now_ms() > grace["from_ms"]


async def test_a_pass_that_had_run_out_before_is_not_revived(town):
    await announced(town)
    given = {"role": "producer", "name": "P", "hours": 1}
    short = bearer((await town.ask("POST", "/halls/demo/passes", given)).json()["pass"])
    town.clock.advance(2 * 3_600_000)
    await town.ask("POST", "/halls/demo/postpone", {"starts_at": iso(town, 600)})

    assert told(await town.ask("GET", "/me?hall=demo", headers=short)) == "pass_expired"


async def test_cancelling_says_how_many_are_waiting_and_is_confirmed(town):
    await announced(town)
    audience = {"listeners": 412, "joined": 412, "left": 0, "let_go": 0}
    heard = {"kind": "audience", "hall": "demo", **audience}
    await town.bus.arrive(*batch("edge-1", heard, role="edge"))

    unasked = await town.ask("POST", "/halls/demo/cancel", {"confirm": True})
    asked = (await town.ask("POST", "/halls/demo/cancel", {})).json()
    done = (await town.ask("POST", "/halls/demo/cancel", {"confirm": True})).json()

    assert told(unasked) == "cancel_unasked"
    assert (asked["waiting"], asked["state"]) == (412, "announced")
    assert (done["state"], done["cancelled"]) == ("ended", True)


async def test_a_calendar_follows_each_new_time(town):
    starts_at_ms = await announced(town)
    slip = {"minutes": 1, "from_ms": starts_at_ms}
    await town.ask("POST", "/halls/demo/slip", slip)

    answer = await town.ask("GET", "/halls/demo/calendar.ics", headers={})
    event = Calendar.from_ical(answer.text).walk("VEVENT")[0]
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert int(event["dtstart"].dt.timestamp() * 1000) == starts_at_ms + 60_000
    assert (event["sequence"], str(event["url"])) == (1, f"{PUBLIC}/h/demo")


async def test_a_title_breaks_no_line_of_a_calendar(town):
    await town.hall("announce", title="A, B; C\\n", starts_at=iso(town, 10))

    text = (await town.ask("GET", "/halls/demo/calendar.ics")).text
    assert str(Calendar.from_ical(text).walk("VEVENT")[0]["summary"]) == "A, B; C\\n"


async def test_the_rundown_says_what_is_on_and_what_is_due(town):
    await town.hall("open")
    await town.ask("PUT", "/halls/demo/rundown", {"items": ITEMS})
    await town.ask("POST", "/halls/demo/rundown/opening")
    town.clock.advance(70_000)

    plan = (await town.ask("GET", "/halls/demo/rundown")).json()
    gone = await town.ask("PUT", "/halls/demo/rundown", {"items": ITEMS[1:]})
    now_ms = town.clock.now_ms()
    assert plan["on"] == "opening"
    assert plan["items"][0]["over_ms"] == 10_000
    assert plan["items"][1]["starts_at_ms"] == now_ms
    assert told(gone) == "rundown_on"


async def test_a_prepared_sound_is_kept_by_its_hash_and_told_to_the_stages(town, tmp_path):
    await announced(town)
    make = "ffmpeg -v error -f lavfi -i sine=d=2 -ar 48000 -ac 1 -c:a libopus"
    making = await asyncio.create_subprocess_exec(*make.split(), tmp_path / "a.opus")
    assert await making.wait() == 0
    data = (tmp_path / "a.opus").read_bytes()
    ogg = {**town.owner, "Content-Type": "audio/ogg"}
    put = await town.http.put("/api/v1/sounds", content=data, headers=ogg)
    sound = put.json()["sound"]
    await town.ask("PUT", "/halls/demo/sounds", {"opening": sound, "pause": ""})

    await town.bus.arrive(*hello("stage-1", "stage"))
    kept = await town.http.get(f"/api/v1/sounds/{sound}")
    unknown = await town.ask("PUT", "/halls/demo/sounds", {"opening": "ab" * 32})
    assert kept.content == data
    assert orders(town, "stage-1")[-1]["halls"][0]["sounds"] == {
        "opening": sound,
        "pause": "",
        "closing": "built-in",
        "tone": "built-in",
    }
    assert told(unknown) == "sound_unknown"


async def test_what_is_no_sound_is_refused_and_a_path_is_no_name(town):
    ogg = {**town.owner, "Content-Type": "audio/ogg"}
    for data in (b"", b"OggS", b"RIFF" + bytes(90), b"OggS" + bytes(40) + b"OpusHead"):
        answer = await town.http.put("/api/v1/sounds", content=data, headers=ogg)
        assert told(answer) == "sound_unreadable"
    large = await town.http.put("/api/v1/sounds", content=bytes(5_000_001), headers=ogg)

    assert told(large) == "body_too_large"
    assert told(await town.http.get("/api/v1/sounds/..%2f..%2fowner.pass")) == "not_found"
    assert told(await town.http.get("/api/v1/sounds/owner.pass")) == "sound_unknown"


async def test_a_halls_cookie_uploads_a_sound_where_the_hall_is_named(town):
    await town.hall("open")
    await town.ask("POST", "/halls", {"hall": "other", "title": "Other"})
    producer, listener = [token_of(await town.guest(role)) for role in ("producer", "listener")]

    async def put(where, token, data=SOUND, **more):
        by_cookie = {"Cookie": f"hustings_demo={token}", "Content-Type": "audio/ogg", **more}
        answer = await town.http.put(f"/api/v1/sounds{where}", content=data, headers=by_cookie)
        return answer.json().get("sound") or told(answer)

    name = hashlib.sha256(SOUND).hexdigest()
    assert await put("?hall=demo", producer) == name
    assert await put("?hall=demo", producer, Origin=PUBLIC) == name
    assert await put("?hall=demo", producer, Origin="https://evil.example") == "origin_foreign"
    assert await put("?hall=demo", listener) == "not_allowed"
    for where in ("", "?hall=", "?hall=other"):
        assert await put(where, producer) == "pass_missing"
    assert await put("?hall=no/hall", producer) == "hall_unknown"


async def test_a_pass_uploads_a_sound_at_its_own_hall_or_none_and_within_the_same_bounds(town):
    await town.hall("open")
    await town.ask("POST", "/halls", {"hall": "other", "title": "Other"})
    ogg = {**await town.guest("producer"), "Content-Type": "audio/ogg"}

    async def put(where, data):
        answer = await town.http.put(f"/api/v1/sounds{where}", content=data, headers=ogg)
        return answer.status_code if answer.is_success else told(answer)

    large = SOUND + bytes(4_000_000) + SOUND
    assert await put("", SOUND) == 201
    assert await put("?hall=demo", large) == 201
    assert await put("?hall=other", SOUND) == "pass_foreign"
    assert await put("?hall=demo", bytes(5_000_001)) == "body_too_large"


async def test_a_hall_opened_by_hand_has_no_opening_to_talk_over(town):
    await town.hall("open")
    await town.bus.arrive(*hello("stage-1", "stage"))

    sounds = orders(town, "stage-1")[-1]["halls"][0]["sounds"]
    assert (sounds["opening"], sounds["tone"]) == ("", "built-in")


async def test_dead_air_is_written_down_once_however_many_stages_find_it(town):
    await town.hall("open")
    quiet = {"kind": "air", "hall": "demo", "part_no": 9, "playing": "stage", "covered": False}
    for ms in (0, 5000, 6000):
        for stage in ("stage-1", "stage-2"):
            await town.bus.arrive(*batch(stage, {**quiet, "quiet_ms": ms}))
    covered = {**quiet, "playing": "tone", "covered": True, "quiet_ms": 20_000}
    await town.bus.arrive(*batch("stage-1", covered))

    entries = (await town.ask("GET", "/halls/demo/log")).json()["entries"]
    noted = [e["record"]["facts"]["air"] for e in entries if e["record"]["kind"] == "air_noted"]
    assert noted == ["quiet", "covered"]
