"""The floor over HTTP: nobody on air unheard, hands called in order, time kept for everyone."""

from hustings.desk.lines import VERDICTS
from tests.api.conftest import bearer
from tests.api.test_hosting import told
from tests.api.test_nodes import ON_AIR, UP, batch, hello, orders

GOOD = {
    "seat": "ana",
    "line": "l1",
    "speech_ms": 4000,
    "clipping_pct": 0.0,
    "noise_db": -60,
    "lost_pct": 0.0,
    "quiet_ms": 200,
    "muted": False,
    "hears": "confirmed",
}
LINE = {"line": "l1", "seat": "ana", "heard": True, "speaking": True, "level_db": -20}


def proof(**changes):
    return {"kind": "proof", "hall": "demo", "seats": [{**GOOD, **changes}]}


async def led(town):
    await town.hall("open", led=True)
    return await town.seat()


async def measured(town, *happenings):
    await town.bus.arrive(*batch("stage-1", *happenings))


async def seat_of(town, name="ana"):
    floor = (await town.ask("GET", "/halls/demo/floor")).json()
    return next(seat for seat in floor["seats"] if seat["seat"] == name)


async def test_only_a_proven_line_is_brought_up_and_then_it_is_on_air(town):
    await led(town)
    absent = await town.ask("POST", "/halls/demo/seats/ana/up")
    await measured(town, UP, proof(hears="no"))
    one_way = await town.ask("POST", "/halls/demo/seats/ana/up")
    await measured(town, proof())
    ready = (await seat_of(town))["standing"]
    up = await town.ask("POST", "/halls/demo/seats/ana/up")

    await town.bus.arrive(*hello("stage-1", "stage"))
    assert (told(absent), told(one_way), ready) == ("line_absent", "line_unproven", "ready")
    assert up.json()["seats"][0]["standing"] == "on_air"
    assert orders(town, "stage-1")[-1]["halls"][0]["seats"][0]["on_air"] is True


async def test_silent_callers_are_told_apart_and_only_the_good_one_can_be_brought_up(town):
    await town.hall("open", led=True)
    callers = {
        "dead": {"speech_ms": 0, "quiet_ms": 30_000, "hears": "no"},
        "muted": {"speech_ms": 0, "muted": True, "hears": "confirmed"},
        "oneway": {"hears": "no"},
        "good": {},
    }
    proofs = []
    for n, (name, changes) in enumerate(callers.items()):
        given = await town.seat(name, name.title())
        up = {**UP, "seat": name, "line": f"l{n}", "person": given["person"]}
        proofs.append({**GOOD, "seat": name, "line": f"l{n}", **changes})
        await measured(town, up)
    await measured(town, {"kind": "proof", "hall": "demo", "seats": proofs})

    answers = {
        name: (await town.ask("POST", f"/halls/demo/seats/{name}/up")).status_code
        for name in callers
    }
    seats = {name: await seat_of(town, name) for name in callers}
    assert answers == {"dead": 409, "muted": 409, "oneway": 409, "good": 200}
    verdicts = {name: seat["verdict"] for name, seat in seats.items()}
    assert verdicts == {"dead": "silent", "muted": "muted", "oneway": "one_way", "good": "proven"}
    assert seats["oneway"]["sentence"] == VERDICTS["one_way"]["sentence"]
    assert seats["oneway"]["mend"]


async def test_each_trouble_of_a_line_is_named(town):
    await led(town)
    await measured(town, UP, proof())
    found = {}
    for name, changes in {
        "clipping": {"clipping_pct": 4.0},
        "losing": {"lost_pct": 30.0},
        "noisy": {"noise_db": -20},
        "silent": {"quiet_ms": 9000},
    }.items():
        await measured(town, proof(**changes))
        found[name] = (await seat_of(town))["verdict"]

    assert found == {name: name for name in found}


async def test_a_line_on_air_that_gives_no_sound_is_shown_at_once(town):
    await led(town)
    await measured(town, UP, proof())
    await town.ask("POST", "/halls/demo/seats/ana/up")
    heard = {"kind": "lines", "hall": "demo", "lines": [LINE]}
    dead = {"kind": "lines", "hall": "demo", "lines": [{**LINE, "heard": False}]}
    await measured(town, heard)
    before = (await seat_of(town))["verdict"]
    await measured(town, dead)

    assert (before, (await seat_of(town))["verdict"]) == ("proven", "silent")


async def test_taken_down_muted_and_back_are_what_the_stage_is_told(town):
    await town.hall("open")
    await town.seat()
    await town.bus.arrive(*hello("stage-1", "stage"))

    async def air(path, body=None):
        await town.ask("POST", f"/halls/demo/seats/ana/{path}", body)
        seat = orders(town, "stage-1")[-1]["halls"][0]["seats"][0]
        return {name: seat[name] for name in ON_AIR}

    assert await air("mute", {"on": True}) == {**ON_AIR, "muted": True}
    assert await air("mute", {"on": False}) == ON_AIR
    assert await air("suppress", {"on": True}) == {**ON_AIR, "suppressed": True}
    assert (await seat_of(town))["suppressed"]
    assert await air("suppress", {"on": False}) == ON_AIR
    assert await air("down") == {**ON_AIR, "on_air": False}


async def test_hands_are_seen_in_order_and_a_called_one_gets_a_seat_and_a_pass(town):
    await town.hall("open")
    first, second = await town.guest("listener", "Fay"), await town.guest("listener", "Gil")
    await town.ask("POST", "/halls/demo/hands", {"reason": "The bridge"}, headers=first)
    raised = await town.ask("POST", "/halls/demo/hands", {}, headers=second)
    floor = (await town.ask("GET", "/halls/demo/floor")).json()
    fay = floor["hands"][0]["person"]
    await town.ask("POST", f"/halls/demo/hands/{fay}/call", {})

    mine = (await town.ask("GET", "/halls/demo/hands/mine", headers=first)).json()
    token = mine["studio_url"].partition("pass=")[2]
    me = (await town.ask("GET", "/me?hall=demo", headers=bearer(token))).json()
    assert raised.json()["position"] == 2
    assert [(h["name"], h["reason"]) for h in floor["hands"]] == [
        ("Fay", "The bridge"),
        ("Gil", None),
    ]
    assert (me["person"], me["role"], me["seat"]) == (fay, "speaker", "floor-1")
    assert (await seat_of(town, "floor-1"))["standing"] == "green_room"
    gil = (await town.ask("GET", "/halls/demo/hands/mine", headers=second)).json()
    assert (gil["position"], gil["studio_url"]) == (1, None)


async def test_the_reason_of_a_hand_is_nobodys_but_the_studios(town):
    await town.hall("open")
    listener = await town.guest("listener", "Fay")
    await town.ask("POST", "/halls/demo/hands", {"reason": "My sister"}, headers=listener)

    public = (await town.ask("GET", "/halls/demo", headers={})).text
    foreign = await town.ask("GET", "/halls/demo/floor", headers=listener)
    other = await town.guest("listener", "Gil")
    own = (await town.ask("GET", "/me?hall=demo", headers=other)).json()["person"]
    lowered = await town.ask("DELETE", f"/halls/demo/hands/{own}", headers=other)
    assert "sister" not in public
    assert (told(foreign), told(lowered)) == ("not_allowed", "not_allowed")


async def test_time_is_kept_by_side_from_one_stage_and_ends_with_a_fade_where_chosen(town):
    await town.hall("open")
    await town.seat()
    await town.ask("PUT", "/halls/demo/seats/ana/side", {"side": "For"})
    await town.ask("PUT", "/halls/demo/budget", {"side": "For", "seconds": 4, "enforced": True})
    await town.bus.arrive(*hello("stage-1", "stage"))

    for n in range(6):
        span = {"from_part": 100 + 4 * n, "to_part": 104 + 4 * n, "voiced_ms": {"ana": 900}}
        for stage in ("stage-1", "stage-2"):
            await town.bus.arrive(*batch(stage, {"kind": "talk", "hall": "demo", **span}))

    floor = (await town.ask("GET", "/halls/demo/floor")).json()
    seat = orders(town, "stage-1")[-1]["halls"][0]["seats"][0]
    assert floor["time"]["sides"] == [
        {"side": "For", "spoken_ms": 4500, "budget": {"budget_ms": 4000, "enforced": True}}
    ]
    assert (seat["on_air"], seat["fade_ms"]) == (False, 2000)
    assert floor["seats"][0]["standing"] == "spent"


async def test_a_co_producer_takes_over_and_hands_back(town):
    await town.hall("open")
    first, second = await town.guest("producer", "Pia"), await town.guest("producer", "Quin")
    charge = {"role": "producer"}
    await town.ask("POST", "/halls/demo/charge", charge, headers=first)
    await town.ask("POST", "/halls/demo/charge", charge, headers=second)
    pia = (await town.ask("GET", "/me?hall=demo", headers=first)).json()["person"]
    back = await town.ask("POST", "/halls/demo/charge", {**charge, "to": pia}, headers=second)

    assert back.status_code == 200
    assert town.desk.halls["demo"].people.in_charge == {"producer": pia}


async def test_a_stage_that_sends_nonsense_is_not_believed(town):
    await led(town)
    await measured(town, UP)
    for nonsense in (
        {"kind": "proof", "hall": "demo", "seats": [{"seat": "ana"}]},
        {"kind": "proof", "hall": "demo", "seats": [7]},
        {"kind": "proof", "hall": "demo", "seats": [{**GOOD, "speech_ms": "1"}]},
        {"kind": "talk", "hall": "demo", "voiced_ms": {"ana": []}, "from_part": 1, "to_part": 2},
        {"kind": "talk", "hall": "demo", "voiced_ms": {}},
        {"kind": "air", "hall": "demo", "playing": "stage", "quiet_ms": None, "covered": False},
    ):
        before = town.stagehand.peer_faults
        await measured(town, nonsense)
        assert town.stagehand.peer_faults == before + 1, nonsense
