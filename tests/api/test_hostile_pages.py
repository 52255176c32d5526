"""Pages of other sites, and links that are used again."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from hustings.api.app import build
from hustings.store.sqlite import SqliteStore
from tests.api.conftest import PUBLIC, bearer
from tests.api.test_hostile_passes import token_of
from tests.api.test_hosting import told
from tests.api.test_roles import ANYONE, AT, BODIES, NEEDS


@pytest.fixture
async def store(tmp_path):
    opened = await SqliteStore.open(tmp_path / "log.db")
    yield opened
    await opened.close()


FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": PUBLIC.replace("https", "http")},
    {"Origin": f"{PUBLIC}.evil.example"},
    {"Origin": f"{PUBLIC}:8443"},
    {"Origin": ""},
    {"Origin": "https://evil.example/", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)
OURS = (
    {},
    {"Origin": PUBLIC, "Sec-Fetch-Site": "same-origin"},
    {"Origin": "http://desk"},
    {"Sec-Fetch-Site": "none"},
)


async def test_no_page_of_another_site_acts_with_a_cookie(town):
    await town.hall("open")
    at = {**AT, "person": (await town.seat())["person"]}
    cookie = {"Cookie": f"hustings_owner={token_of(town.owner)}"}
    before = town.desk.revision

    for (method, path), need in NEEDS.items():
        if method == "GET" or path == "/owner-link":
            continue
        assert need != ANYONE, "whoever may act without a pass needs no page to be tricked"
        for whose in FOREIGN:
            headers = {**cookie, **whose}
            answer = await town.ask(method, path.format(**at), BODIES.get(path), headers=headers)
            assert told(answer) == "origin_foreign", (method, path, whose)
    assert town.desk.revision == before


@pytest.mark.parametrize("whose", OURS)
async def test_our_own_page_acts_with_a_cookie(town, whose):
    await town.hall("announce")
    cookie = {"Cookie": f"hustings_owner={token_of(town.owner)}"}

    assert (
        await town.ask("POST", "/halls/demo/open", headers={**cookie, **whose})
    ).status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
async def test_a_form_cannot_carry_a_wish(town, kind):
    """What a page may send anywhere without asking (Fetch, CORS-safelisted) is never read."""
    headers = {**town.owner, "Content-Type": kind}
    answer = await town.http.post("/api/v1/halls", content=b'{"title":"x"}', headers=headers)

    assert told(answer) == "media_type"


async def test_no_page_of_another_site_reads_an_answer(town):
    await town.hall("open")
    for path in town.app.openapi()["paths"]:
        for method in ("GET", "OPTIONS"):
            if path.endswith(("/events", ".vtt")):
                continue  # Endless; and captions are for players of any site, as the sound is.
            asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
            answer = await town.http.request(method, path.format(**AT, person="x"), headers=asked)
            assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_two_who_use_an_owners_link_at_once_make_one_owner(town):
    link = (await town.ask("POST", "/owner-links")).json()["url"].rpartition("/")[2]
    uses = [town.ask("POST", "/owner-link", {"token": link}, headers={}) for _ in range(5)]

    answers = await asyncio.gather(*uses)

    assert sorted(a.status_code for a in answers) == [200, 410, 410, 410, 410]


async def test_an_owners_link_runs_out_and_is_in_no_log(town):
    await town.hall("open")
    link = (await town.ask("POST", "/owner-links")).json()["url"].rpartition("/")[2]
    log = (await town.ask("GET", "/halls/demo/log")).text
    town.clock.advance(24 * 3_600_000)

    late = await town.ask("POST", "/owner-link", {"token": link}, headers={})

    assert told(late) == "owner_link_used"
    assert "set-cookie" not in late.headers
    assert link not in log


async def test_an_invitation_is_worth_nothing_once_its_seat_or_its_person_is_gone(town):
    await town.hall("open")
    freed, erased = await town.seat("ana"), await town.seat("ben", "Ben")
    await town.ask("DELETE", "/halls/demo/seats/ana")
    await town.ask("DELETE", f"/people/{erased['person']}")
    anew = await town.seat("ana", "Cleo")

    for gone in (freed, erased):
        for shown in (bearer(gone["pass"]), {"Cookie": f"hustings_demo={gone['pass']}"}):
            assert told(await town.ask("GET", "/me?hall=demo", headers=shown)) == "pass_revoked"
    assert (await town.ask("GET", "/me?hall=demo", headers=bearer(anew["pass"]))).status_code == 200


@pytest.mark.parametrize(("public", "secure"), [(PUBLIC, True), ("http://127.0.0.1:8000", False)])
async def test_the_owners_cookie_is_for_no_script_and_no_other_site(town, public, secure):
    link = (await town.ask("POST", "/owner-links")).json()["url"].rpartition("/")[2]
    transport = httpx.ASGITransport(build(replace(town.context, public=public)))
    async with httpx.AsyncClient(transport=transport, base_url=public) as http:
        answer = await http.post("/api/v1/owner-link", json={"token": link})

    said = {word.strip().lower() for word in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= said
    assert ("secure" in said) == secure
    assert not [word for word in said if word.startswith("domain")]
    assert answer.headers["cache-control"] == "no-store"
