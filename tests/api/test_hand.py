"""The hand of a listener at the hall's own address: with a pass, or by a name and no pass."""

from hustings.domain.people import PEOPLE_MAX
from tests.api.conftest import PUBLIC, bearer
from tests.api.test_hosting import told
from tests.api.test_nodes import hello, orders

FOREIGN = {"Origin": "https://elsewhere.example"}
HAND = "https://desk/h/demo/hand"
"""Sealed, or a browser would keep the cookie to itself."""


async def raised(town, body, **more):
    return await town.http.post(HAND, json=body, **more)


async def test_somebody_without_a_pass_raises_a_hand_by_a_name_and_gets_a_pass_for_it(town):
    await town.hall("open", led=True)

    first = await raised(town, {"name": "Gil", "reason": "The bridge"})
    mine = await town.http.get(HAND)
    lowered = await town.http.delete(HAND)

    cookie = first.headers["set-cookie"]
    assert cookie.startswith("hustings_demo=") and "HttpOnly" in cookie and "Secure" in cookie
    assert first.json() == mine.json()
    assert (first.json()["raised"], first.json()["position"]) == (True, 1)
    assert lowered.json()["raised"] is False


async def test_a_hand_by_name_is_seen_backstage_and_called_like_any_other(town):
    await town.hall("open", led=True)
    await raised(town, {"name": "Gil"})
    hands = (await town.ask("GET", "/halls/demo/floor")).json()["hands"]
    await town.ask("POST", f"/halls/demo/hands/{hands[0]['person']}/call", {})

    mine = (await town.http.get(HAND)).json()

    assert [hand["name"] for hand in hands] == ["Gil"]
    assert mine["seat"] == "floor-1"
    assert mine["studio_url"].startswith(f"{PUBLIC}/studio/demo?pass=")


async def test_a_pass_is_enough_and_keeps_its_name(town):
    await town.hall("open")
    fay = await town.guest("listener", "Fay")

    answer = await raised(town, {"name": "Mallory", "reason": "x"}, headers=fay)

    hands = (await town.ask("GET", "/halls/demo/floor")).json()["hands"]
    assert answer.status_code == 201
    assert [hand["name"] for hand in hands] == ["Fay"]


async def test_what_is_wrong_is_refused_by_its_fault(town):
    assert told(await raised(town, {"name": "Gil"})) == "hall_unknown"
    await town.hall()
    assert told(await raised(town, {"name": "Gil"})) == "hall_unknown"
    await town.ask("POST", "/halls/demo/announce")
    assert told(await raised(town, {"name": "Gil"})) == "hall_state"
    await town.ask("POST", "/halls/demo/open")
    assert told(await raised(town, {"reason": "x"})) == "pass_missing"
    assert told(await raised(town, {"name": " \u202e\n"})) == "field_invalid"
    assert told(await raised(town, {"name": "G" * 300})) == "field_invalid"
    assert told(await raised(town, {"name": "Gil", "reason": "r" * 141})) == "field_invalid"
    assert told(await raised(town, {"name": "Gil"}, headers=FOREIGN)) == "origin_foreign"
    assert told(await town.http.get(HAND)) == "pass_missing"
    assert told(await town.http.delete(HAND)) == "pass_missing"
    assert told(await town.http.get(HAND, headers=bearer("x"))) == "pass_invalid"


async def test_a_hall_takes_only_so_many_names(town, monkeypatch):
    await town.hall("open")
    monkeypatch.setattr("hustings.domain.people.PEOPLE_MAX", 1)
    assert PEOPLE_MAX > 1000

    first = await raised(town, {"name": "Gil"})
    town.http.cookies.clear()

    assert first.status_code == 201
    assert told(await raised(town, {"name": "Hal"})) == "hands_full"


async def test_edges_are_told_what_everybody_may_see_and_no_reasons(town):
    await town.hall("open", led=True)
    await town.seat()
    items = [
        {"item": "a", "kind": "opening", "title": "Opening", "planned_ms": 60_000},
        {"item": "b", "kind": "questions", "title": "Questions", "planned_ms": 600_000},
    ]
    await town.ask("PUT", "/halls/demo/rundown", {"items": items})
    await town.ask("POST", "/halls/demo/rundown/a")
    await town.ask("PUT", "/halls/demo/seats/ana/side", {"side": "Yes"})
    await raised(town, {"name": "Gil", "reason": "My sister"})
    await town.bus.arrive(*hello("edge-1", "edge"))

    shown = orders(town, "edge-1")[-1]["halls"][0]["evening"]

    starts_at_ms = town.clock.now_ms() + 60_000
    assert shown == {
        "on": "Opening",
        "next": {"title": "Questions", "starts_at_ms": starts_at_ms},
        "seats": [{"name": "Ana Ferreira", "side": "Yes", "spoken_ms": 0}],
        "sides": [{"side": "Yes", "spoken_ms": 0, "budget_ms": None}],
        "hands": 1,
        "air_delay_ms": 0,
        "dumps": [],
        "captioned": False,
    }
    assert "My sister" not in str(orders(town, "edge-1"))
