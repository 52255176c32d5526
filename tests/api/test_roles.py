"""Who may do what, by brute force: every role at every endpoint, against the table of powers."""

import pytest

from hustings.api.app import build
from hustings.domain.roles import MAY, SEATED, Power, Role
from tests.api.conftest import bearer

P = Power
OWNERS, ANYONE, PASS = "owners", "anyone", "pass"

NEEDS = {
    ("GET", "/halls"): ANYONE,
    ("POST", "/halls"): P.CREATE_HALLS,
    ("GET", "/halls/{hall}"): ANYONE,
    ("POST", "/halls/{hall}/recording"): P.RUN_HALL,
    ("POST", "/halls/{hall}/slip"): P.RUN_HALL,
    ("POST", "/halls/{hall}/postpone"): P.RUN_HALL,
    ("POST", "/halls/{hall}/cancel"): P.RUN_HALL,
    ("GET", "/halls/{hall}/calendar.ics"): ANYONE,
    ("POST", "/halls/{hall}/{move}"): P.RUN_HALL,
    ("GET", "/halls/{hall}/events"): PASS,
    ("GET", "/halls/{hall}/floor"): P.BACKSTAGE,
    ("POST", "/halls/{hall}/floor"): P.LEAD_FLOOR,
    ("POST", "/halls/{hall}/seats/{seat}/up"): P.LEAD_FLOOR,
    ("POST", "/halls/{hall}/seats/{seat}/down"): P.LEAD_FLOOR,
    ("POST", "/halls/{hall}/seats/{seat}/mute"): P.LEAD_FLOOR,
    ("POST", "/halls/{hall}/seats/{seat}/suppress"): P.LEAD_FLOOR,
    ("PUT", "/halls/{hall}/seats/{seat}/side"): P.LEAD_FLOOR,
    ("PUT", "/halls/{hall}/budget"): P.LEAD_FLOOR,
    ("POST", "/halls/{hall}/hands"): P.RAISE_HAND,
    ("GET", "/halls/{hall}/hands/mine"): PASS,
    ("DELETE", "/halls/{hall}/hands/mine"): PASS,
    ("DELETE", "/halls/{hall}/hands/{person}"): P.LEAD_FLOOR,
    ("POST", "/halls/{hall}/hands/{person}/call"): P.LEAD_FLOOR,
    ("POST", "/halls/{hall}/captions"): P.CAPTION,
    ("GET", "/halls/{hall}/captions.vtt"): ANYONE,
    ("GET", "/halls/{hall}/rundown"): PASS,
    ("PUT", "/halls/{hall}/rundown"): P.PLAN,
    ("POST", "/halls/{hall}/rundown/{item}"): P.PLAN,
    ("PUT", "/halls/{hall}/sounds"): P.PLAN,
    ("PUT", "/halls/{hall}/silence"): P.PLAN,
    ("PUT", "/halls/{hall}/air-delay"): P.RUN_HALL,
    ("POST", "/halls/{hall}/dump"): P.RUN_HALL,
    ("PUT", "/sounds"): P.PLAN,
    ("GET", "/sounds/{sound}"): ANYONE,
    ("POST", "/halls/{hall}/seats"): P.GIVE_SEATS,
    ("DELETE", "/halls/{hall}/seats/{seat}"): P.GIVE_SEATS,
    ("POST", "/halls/{hall}/consent"): PASS,
    ("POST", "/halls/{hall}/passes"): P.GIVE_PASSES,
    ("GET", "/halls/{hall}/people"): P.BACKSTAGE,
    ("DELETE", "/people/{person}"): P.ERASE,
    ("GET", "/halls/{hall}/log"): P.BACKSTAGE,
    ("GET", "/halls/{hall}/log/verify"): P.BACKSTAGE,
    ("POST", "/owner-link"): ANYONE,
    ("POST", "/owner-links"): OWNERS,
    ("GET", "/me"): PASS,
}
"""`charge` is for those of one role, and told apart below."""

AT_THE_HALL = {
    ("GET", "/h/{hall}/hand"): PASS,
    ("POST", "/h/{hall}/hand"): P.RAISE_HAND,
    ("DELETE", "/h/{hall}/hand"): PASS,
}
"""For pages, at the address of the hall itself; not part of the API."""

BODIES = {
    "/halls/{hall}/recording": {"on": False},
    "/halls": {"title": "Another"},
    "/halls/{hall}/slip": {"minutes": 1, "from_ms": 1},
    "/halls/{hall}/postpone": {"starts_at": "2100-01-01T00:00:00Z"},
    "/halls/{hall}/cancel": {},
    "/halls/{hall}/floor": {"led": False},
    "/halls/{hall}/seats/{seat}/mute": {"on": False},
    "/halls/{hall}/seats/{seat}/suppress": {"on": False},
    "/halls/{hall}/seats/{seat}/side": {"side": None},
    "/halls/{hall}/budget": {"seconds": None},
    "/halls/{hall}/captions": {"text": "Good evening"},
    "/halls/{hall}/hands": {},
    "/halls/{hall}/hands/{person}/call": {},
    "/halls/{hall}/rundown": {"items": []},
    "/halls/{hall}/sounds": {},
    "/halls/{hall}/silence": {"on": False},
    "/halls/{hall}/air-delay": {"delay_ms": 0},
    "/halls/{hall}/seats": {"seat": "new", "name": "New"},
    "/halls/{hall}/consent": {},
    "/halls/{hall}/passes": {"role": "listener", "name": "New"},
    "/owner-link": {"token": "x"},
    "/h/{hall}/hand": {},
}
AT = {"hall": "demo", "seat": "ana", "move": "pause", "item": "x", "sound": "x"}


def test_every_endpoint_has_its_place_in_this_table(town):
    routes = build(town.context).openapi()["paths"]
    found = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in routes.items()
        for method in methods
    }

    assert found - {("POST", "/halls/{hall}/charge")} == NEEDS.keys()


def allowed(role, need):
    if need is ANYONE or (need is PASS and role is not None):
        return True
    if role is None:
        return False
    return role is Role.OWNER if need is OWNERS else need in MAY[role]


@pytest.mark.parametrize("role", [None, *Role], ids=str)
async def test_a_role_may_do_what_the_table_says_and_nothing_else(town, role):
    await town.hall("open")
    at = {**AT, "person": (await town.seat())["person"]}
    headers = await holder(town, role)

    wrong = {}
    for (method, path), need in (NEEDS | AT_THE_HALL).items():
        if path.endswith("/events"):
            continue  # Endless: its own test.
        body = BODIES.get(path) if method != "GET" else None
        place = path.format(**at) if path.startswith("/h/") else f"/api/v1{path.format(**at)}"
        answer = await town.http.request(method, place, json=body, headers=headers)
        denied = answer.status_code in (401, 403)
        # Passes of one hall ask nothing of the house.
        house = path in ("/halls", "/owner-links") and method == "POST"
        may = allowed(role, need) and (not house or role is Role.OWNER)
        if denied == may or answer.status_code >= 500:
            wrong[method, path] = answer.text
    assert wrong == {}


async def holder(town, role):
    if role is None:
        return {}
    if role is Role.OWNER:
        return town.owner
    if role in SEATED:
        return bearer((await town.seat(role.value[:8], "N", role=role))["pass"])
    return await town.guest(role)


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.OWNER])
async def test_only_who_has_a_role_in_charge_takes_it(town, role):
    await town.hall("open")
    headers = await holder(town, role)

    for charge in (Role.PRODUCER, Role.MODERATOR):
        answer = await town.ask("POST", "/halls/demo/charge", {"role": charge}, headers=headers)
        assert (answer.status_code == 200) == (role in (charge, Role.HOST)), answer.text
