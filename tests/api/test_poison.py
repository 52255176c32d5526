"""Values made to break something, in every field of every body and in every name of an address."""

import json

import pytest

from hustings.store.sqlite import SqliteStore
from tests.api.test_evening import ITEMS
from tests.api.test_hosting import told
from tests.api.test_roles import BODIES

WHOLE = {
    **BODIES,
    "/halls": {
        "title": "Another",
        "hall": "another",
        "starts_at": "2030-01-01T00:00:00Z",
        "window_ms": 600,
        "record": True,
        "series": "council",
        "led": True,
    },
    "/halls/{hall}/cancel": {"confirm": True},
    "/halls/{hall}/seats": {"seat": "new", "name": "New", "role": "host", "consent": True},
    "/halls/{hall}/consent": {"seat": "ana"},
    "/halls/{hall}/passes": {"role": "listener", "name": "New", "hours": 2},
    "/halls/{hall}/charge": {"role": "producer", "to": "p_nobody0000000000"},
    "/halls/{hall}/budget": {"side": "For", "seconds": 60, "enforced": True},
    "/halls/{hall}/hands": {"reason": "The bridge"},
    "/halls/{hall}/hands/{person}/call": {"seat": "new"},
    "/halls/{hall}/rundown": {"items": ITEMS},
    "/halls/{hall}/sounds": {"opening": "", "pause": "", "closing": "", "tone": ""},
}
PUTS = ("side", "budget", "rundown", "sounds", "silence")
POISON = (
    *(
        "\ud800",
        "\0",
        "\r\nSet-Cookie: a=b",
        "\u202e\u2028",
        "..",
        "/",
        "%2e",
        "'; --",
        "a" * 70_000,
    ),
    *(2**31, 2**63, 2**70, -1, -(2**63) - 1, 0, 1e308, float("inf"), float("nan")),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2030-01-01T00:00:00+99:99"),
    *(None, True, [], {}, [[]] * 500, {"\ud800": 1}),
)


@pytest.fixture
async def store(tmp_path):
    opened = await SqliteStore.open(tmp_path / "log.db")
    yield opened
    await opened.close()


@pytest.fixture
async def at(town):
    await town.hall("open")
    await town.seat()
    return {"hall": "demo", "seat": "ana", "person": "p_nobody0000000000", "item": "opening"}


def poisoned(body):
    """The body with each poison in place of each value, and as a name beside them."""
    for poison in POISON:
        yield from replaced(body, poison)
        if isinstance(poison, str):
            yield {**body, poison: 1}


def replaced(value, poison):
    yield poison
    if isinstance(value, dict):
        for name, old in value.items():
            yield from ({**value, name: new} for new in replaced(old, poison))
    if isinstance(value, list):
        for n, old in enumerate(value):
            yield from ([*value[:n], new, *value[n + 1 :]] for new in replaced(old, poison))


@pytest.mark.parametrize("path", WHOLE)
async def test_no_value_in_a_body_breaks_anything(town, at, path):
    method = "PUT" if path.endswith(PUTS) else "POST"
    sent = {**town.owner, "Content-Type": "application/json"}
    for body in poisoned(WHOLE[path]):
        told_of = {"content": json.dumps(body).encode(), "headers": sent}
        answer = await town.http.request(method, f"/api/v1{path.format(**at)}", **told_of)
        assert answer.is_success or told(answer) not in ("fault", "log_unwritable"), body

    await everything_is_still_shown(town)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000,
        b"\xff",
        b'{"title":"\xff"}',
        b'{"window_ms":' + b"9" * 5000 + b"}",
        b"\0",
        b"nul",
    ],
)
async def test_what_is_no_json_is_told_as_that(town, body):
    sent = {**town.owner, "Content-Type": "application/json"}
    answer = await town.http.post("/api/v1/halls", content=body, headers=sent)

    assert told(answer) in ("request_unreadable", "field_invalid")


NAMES = (
    "%00",
    "%ff",
    "%ed%a0%80",
    "..%2f",
    "%2e%2e",
    "a%0d%0aX: 1",
    "%e2%80%ae",
    "a" * 5000,
    "%25",
)


async def test_no_name_in_an_address_breaks_anything(town, at):
    by_query = ("/api/v1/me?hall={hall}", "/api/v1/sounds?hall={hall}")
    for path in (*town.app.openapi()["paths"], *by_query):
        for name in NAMES:
            for place in at:
                if f"{{{place}}}" in path and "events" not in path:
                    given = {**at, "move": "open", "sound": "x", place: name}
                    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"):
                        answer = await town.http.request(
                            method, path.format(**given), headers=town.owner
                        )
                        assert answer.status_code < 500, (method, path, given)

    await everything_is_still_shown(town)


async def test_no_pass_and_no_cookie_breaks_anything(town):
    for token in (
        b"\xff",
        b"a.b.c",
        b"." * 3000,
        b"e30.e30.e30",
        b"\xc3\xa9.a.b",
        b"a" * 9000,
        b"=",
    ):
        bearer = await town.http.get("/api/v1/me", headers={b"Authorization": b"Bearer " + token})
        cookie = {b"Cookie": b"hustings_*=" + token + b"; hustings_owner=" + token}
        by_cookie = await town.http.get("/api/v1/me", headers=cookie)
        assert {told(bearer), told(by_cookie)} <= {"pass_invalid", "pass_missing"}, token


async def everything_is_still_shown(town):
    """And what was taken in can be read again, by a desk that starts anew."""
    await town.desk.load()
    listed = (await town.ask("GET", "/halls")).json()["halls"]
    for hall in listed:
        for page in ("", "/floor", "/rundown", "/people", "/log", "/log/verify"):
            answer = await town.ask("GET", f"/halls/{hall['hall']}{page}")
            assert answer.status_code == 200, (hall["hall"], page)
        calendar = await town.ask("GET", f"/halls/{hall['hall']}/calendar.ics")
        assert calendar.status_code in (200, 404)
