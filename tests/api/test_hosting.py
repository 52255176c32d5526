"""Hosting a hall over HTTP, and every no that can come back."""

import pytest

from hustings.domain.refusals import TABLE
from tests.api.conftest import PUBLIC, bearer


def told(answer):
    """The code of a refusal, after checking that it is told as promised."""
    problem = answer.json()
    refusal = TABLE[problem["code"]]
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"urn:hustings:refusal:{refusal.code}"
    assert (problem["title"], problem["next"]) == (refusal.sentence, refusal.next)
    assert problem["status"] == answer.status_code == refusal.status
    assert problem["detail"]
    return problem["code"]


async def test_a_hall_is_hosted_from_draft_to_end(town):
    created = await town.ask("POST", "/halls", {"hall": "demo", "title": "Demo"})
    states = [created.json()["state"]]
    for move in ("announce", "open", "pause", "resume", "end"):
        states.append((await town.ask("POST", f"/halls/demo/{move}")).json()["state"])

    assert created.status_code == 201
    assert states == ["draft", "announced", "live", "paused", "live", "ended"]


async def test_a_draft_is_nobodys_business(town):
    await town.hall()

    assert told(await town.ask("GET", "/halls/demo", headers={})) == "hall_unknown"
    assert (await town.ask("GET", "/halls", headers={})).json() == {"halls": []}
    assert [h["hall"] for h in (await town.ask("GET", "/halls")).json()["halls"]] == ["demo"]


async def test_the_public_sees_the_hall_and_staff_see_backstage(town):
    await town.hall("announce")
    await town.seat()

    public = (await town.ask("GET", "/halls/demo", headers={})).json()
    staff = (await town.ask("GET", "/halls/demo")).json()

    assert public["seats"] == [{"seat": "ana", "name": "Ana Ferreira", "host": False}]
    assert staff.keys() - public.keys() == {
        *("lines", "audience", "headroom", "nodes", "people", "recording", "consents")
    }


async def test_recording_is_public_and_settled_before_doors(town):
    await town.hall("announce", record=True)
    off = (await town.ask("POST", "/halls/demo/recording", {"on": False})).json()
    await town.ask("POST", "/halls/demo/recording", {"on": True})
    speaker = bearer((await town.seat())["pass"])
    stranger = await town.ask("POST", "/halls/demo/recording", {"on": False}, headers=speaker)
    await town.ask("POST", "/halls/demo/open")
    late = await town.ask("POST", "/halls/demo/recording", {"on": False})

    public = (await town.ask("GET", "/halls/demo", headers={})).json()
    assert (off["recorded"], public["recorded"]) == (False, True)
    assert (told(stranger), told(late)) == ("not_allowed", "hall_state")


async def test_a_speaker_agrees_by_their_own_pass_and_for_nobody_else(town):
    await town.hall("open", record=True)
    ana = bearer((await town.seat())["pass"])
    await town.seat("ben", "Ben")
    listener = await town.guest("listener")

    agreed = await town.ask("POST", "/halls/demo/consent", {}, headers=ana)
    again = await town.ask("POST", "/halls/demo/consent", {"seat": "ana"}, headers=ana)
    foreign = await town.ask("POST", "/halls/demo/consent", {"seat": "ben"}, headers=ana)
    seatless = await town.ask("POST", "/halls/demo/consent", {}, headers=listener)

    assert (agreed.json()["new"], again.json()["new"]) == (["ana"], [])
    assert (told(foreign), told(seatless)) == ("not_allowed", "seat_unknown")
    assert (await town.ask("GET", "/halls/demo")).json()["consents"] == ["ana"]


async def test_a_host_notes_consent_that_was_got_elsewhere(town):
    await town.hall("open", record=True)
    await town.seat()
    await town.seat("obs", "Camera", consent=True)

    await town.ask("POST", "/halls/demo/consent", {"seat": "ana"})

    assert (await town.ask("GET", "/halls/demo")).json()["consents"] == ["ana", "obs"]


async def test_a_seat_comes_with_a_link_that_says_who_and_where(town):
    await town.hall()

    seat = await town.seat(role="host")
    me = (await town.ask("GET", "/me?hall=demo", headers=bearer(seat["pass"]))).json()

    assert seat["studio_url"] == f"{PUBLIC}/studio/demo?pass={seat['pass']}"
    assert (me["person"], me["role"], me["seat"]) == (seat["person"], "host", "ana")


async def test_the_hall_begins_on_the_second_by_itself(town):
    at_ms = town.clock.now_ms() + 60_000
    await town.hall("announce", starts_at="2026-09-21T14:14:20Z")
    hall = town.desk.hall("demo")
    assert hall.starts_at_ms == at_ms

    next_ms = await town.desk.tick()
    town.clock.advance(60_000)
    await town.desk.tick()

    assert next_ms == at_ms
    assert town.desk.hall("demo").state == "live"
    assert town.desk.hall("demo").since_ms == at_ms


async def test_an_owners_link_is_good_once_and_makes_an_owner(town):
    link = (await town.ask("POST", "/owner-links")).json()["url"]
    token = link.removeprefix(f"{PUBLIC}/owner/")

    first = await town.ask("POST", "/owner-link", {"token": token}, headers={})
    second = await town.ask("POST", "/owner-link", {"token": token}, headers={})

    cookie = first.headers["set-cookie"]
    assert all(word in cookie for word in ("hustings_owner=", "HttpOnly", "SameSite=lax", "Secure"))
    assert told(second) == "owner_link_used"
    me = await town.ask("GET", "/me", headers={"Cookie": cookie.partition(";")[0]})
    assert me.json()["role"] == "owner"


async def test_a_cookie_does_not_serve_the_page_of_another_site(town):
    await town.hall()
    cookie = {"Cookie": f"hustings_owner={town.owner['Authorization'][7:]}"}

    foreign = await town.ask(
        "POST", "/halls/demo/announce", headers={**cookie, "Origin": "https://evil.example"}
    )
    ours = await town.ask("POST", "/halls/demo/announce", headers={**cookie, "Origin": PUBLIC})

    assert told(foreign) == "origin_foreign"
    assert ours.status_code == 200


async def test_who_lost_the_seat_is_shown_the_door(town):
    await town.hall()
    seat = await town.seat(role="host")

    await town.ask("DELETE", "/halls/demo/seats/ana")

    asked = await town.ask("GET", "/halls/demo/people", headers=bearer(seat["pass"]))
    assert told(asked) == "pass_revoked"


async def test_a_pass_runs_out(town):
    town.clock.advance(31 * 24 * 3_600_000)

    assert told(await town.ask("GET", "/me")) == "pass_expired"


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("producer", True),
        ("moderator", True),
        ("host", True),
        ("screener", False),
        ("steward", False),
        ("captioner", False),
        ("speaker", False),
        ("listener", False),
    ],
)
async def test_only_those_who_run_the_hall_move_it(town, role, may):
    await town.hall("announce")

    moved = await town.ask("POST", "/halls/demo/open", headers=await town.guest(role))

    assert (moved.status_code == 200) if may else told(moved) == "not_allowed"


async def test_a_pass_for_one_hall_is_none_for_another(town):
    await town.hall("announce")
    host = await town.guest("host")
    await town.ask("POST", "/halls", {"hall": "other", "title": "Other"})

    assert told(await town.ask("POST", "/halls/other/open", headers=host)) == "pass_foreign"
    assert told(await town.ask("POST", "/halls", {"title": "x"}, headers=host)) == "not_allowed"


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/nothing", None, "not_found"),
        ("GET", "/halls/none", None, "hall_unknown"),
        ("GET", "/halls/No_Such", None, "hall_unknown"),
        ("PUT", "/halls", None, "method_unknown"),
        ("POST", "/halls", {}, "field_invalid"),
        ("POST", "/halls", {"title": " "}, "field_invalid"),
        ("POST", "/halls", {"title": "x", "hall": "X"}, "field_invalid"),
        ("POST", "/halls", {"title": "x", "window_ms": 6000}, "field_invalid"),
        ("POST", "/halls", {"title": "x", "starts_at": "2026-09-21T14:00:00"}, "field_invalid"),
        ("POST", "/halls", {"title": "x", "unknown": 1}, "field_invalid"),
        ("POST", "/halls", {"title": "x", "hall": "demo"}, "hall_exists"),
        ("POST", "/halls/demo/pause", None, "hall_state"),
        ("POST", "/halls/demo/dance", None, "not_found"),
        ("POST", "/halls/demo/seats", {"seat": "ana", "name": ""}, "field_invalid"),
        ("POST", "/halls/demo/seats", {"seat": "a", "name": "b", "role": "king"}, "field_invalid"),
        ("POST", "/halls/demo/passes", {"role": "owner", "name": "b"}, "not_allowed"),
        ("POST", "/halls/demo/passes", {"role": "host", "name": "b", "hours": 0}, "field_invalid"),
        ("DELETE", "/halls/demo/seats/bob", None, "seat_unknown"),
        ("DELETE", "/people/p_nobody0000000000", None, "person_unknown"),
    ],
)
async def test_every_no_has_a_code_a_sentence_and_a_next_step(town, method, path, body, code):
    await town.hall()

    assert told(await town.ask(method, path, body)) == code


async def test_bodies_are_bounded_and_json(town):
    async def post(**what):
        return told(await town.http.post("/api/v1/halls", **what))

    async def pieces():
        for _ in range(65):
            yield b" " * 1024

    kind = {"Content-Type": "application/json"}
    assert await post(content=b" " * 65_537, headers=kind) == "body_too_large"
    assert await post(content=pieces(), headers=kind) == "body_too_large"
    assert await post(content=b"a=b") == "media_type"
    assert await post(content=b"{", headers=kind) == "request_unreadable"
    assert await post(content=b'{"title":"x"}', headers=kind) == "pass_missing"


async def test_a_bug_of_ours_is_a_fault_and_says_nothing_of_it(town, monkeypatch):
    async def broken(*_):
        raise RuntimeError("secret")

    monkeypatch.setattr(town.desk, "ask", broken)
    await town.hall()

    answer = await town.ask("POST", "/halls/demo/open")

    assert told(answer) == "fault"
    assert "secret" not in answer.text


async def test_what_operators_look_at_is_there(town):
    await town.hall("open")
    town.bus.up = False

    pages = {p: await town.http.get(p) for p in ("/livez", "/readyz", "/metrics", "/docs")}
    scraped_again = await town.http.get("/metrics")

    statuses = {path: page.status_code for path, page in pages.items()}
    assert statuses == {"/livez": 200, "/readyz": 503, "/metrics": 200, "/docs": 200}
    assert 'hustings_desk_halls{state="live"} 1.0' in pages["/metrics"].text
    assert "hustings_desk_peer_faults_total 0.0" in scraped_again.text
    assert (await town.http.get("/api/v1/openapi.json")).json()["info"]["title"] == "hustings"
