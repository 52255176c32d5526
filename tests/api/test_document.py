"""The OpenAPI document against the real application and a real log: hostile input, several roles.

Whatever comes in, nothing breaks, and what goes out has the documented form. HOSTILE_EXAMPLES says
how many inputs each operation gets from each kind; the few of the usual run are always the same.
"""

import asyncio
import functools
import html
import os
import re
from types import SimpleNamespace

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from hustings.api import studio
from hustings.api.app import build
from hustings.domain.refusals import TABLE
from hustings.store.sqlite import SqliteStore
from tests.api.conftest import bearer
from tests.api.test_evening import ITEMS, SOUND
from tests.api.test_roles import NEEDS

EXAMPLES = int(os.environ.get("HOSTILE_EXAMPLES", "4"))
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
QUIET = settings(
    derandomize=True,
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
# A sound is sent as it is.
schemathesis.openapi.media_type("audio/ogg", st.sampled_from([b"", SOUND, SOUND[:40], b"RIFF"]))

ENDLESS = ("GET", "/halls/{hall}/events")
OPERATIONS = sorted({*NEEDS, ("POST", "/halls/{hall}/charge")} - {ENDLESS})


@pytest.fixture
async def store(tmp_path):
    opened = await SqliteStore.open(tmp_path / "log.db")
    yield opened
    await opened.close()


@pytest.fixture
async def evening(served):
    """A hall that has everything, who comes to it, and what can be named in it."""
    town = served.town
    await town.hall("open", series="council")
    ana = await town.seat()
    await town.ask("PUT", "/halls/demo/rundown", {"items": ITEMS})
    ogg = {**town.owner, "Content-Type": "audio/ogg"}
    sound = (await town.http.put("/api/v1/sounds", content=SOUND, headers=ogg)).json()["sound"]
    fay = await town.guest("listener", "Fay")
    await town.ask("POST", "/halls/demo/hands", {}, headers=fay)
    person = (await town.ask("GET", "/me?hall=demo", headers=fay)).json()["person"]
    people = [town.owner, await town.guest("host"), bearer(ana["pass"]), fay, bearer("x"), {}]
    served.people = people
    served.named = {"hall": "demo", "seat": "ana", "item": "opening", "move": "pause"}
    served.named |= {"sound": sound, "person": person}
    return served


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_whatever_is_sent_the_answer_has_the_documented_form(evening, method, path):
    await asyncio.to_thread(drive, evening, method, path)


async def test_a_fault_and_a_wrong_form_are_found(evening, monkeypatch):
    monkeypatch.setattr(studio, "floor", lambda *_: {"led": "perhaps"})
    with pytest.raises(schemathesis.errors.FailureGroup, match="violates schema"):
        await asyncio.to_thread(drive, evening, "GET", "/halls/{hall}/floor")
    monkeypatch.setattr(studio, "plan", lambda *_: 1 / 0)
    with pytest.raises(schemathesis.errors.FailureGroup, match="Server error"):
        await asyncio.to_thread(drive, evening, "GET", "/halls/{hall}/rundown")


@functools.cache
def schema():
    """The document says nothing of what is in a town, so one is enough."""
    return schemathesis.openapi.from_dict(build(SimpleNamespace(counters=None)).openapi())


def drive(evening, method, path):
    operation = schema()[f"/api/v1{path}"][method]
    named = {name: value for name, value in evening.named.items() if f"{{{name}}}" in path}
    with requests.Session() as session:

        @given(case=cases(operation, named))
        @QUIET
        def answers_as_documented(case):
            for headers in evening.people:
                answer = case.call(base_url=evening.url, session=session, headers=headers)
                case.validate_response(answer, checks=checks_of(case))

        answers_as_documented()


def checks_of(case):
    """A body that breaks its schema has to be refused. In an address everything is a text, and the
    generated passes are replaced by those of our people."""
    body = case.meta.components.get(ParameterLocation.BODY)
    wrong = body is not None and body.mode.is_negative
    return [*CHECKS, negative_data_rejection] if wrong else CHECKS


def cases(operation, named):
    modes = [GenerationMode.POSITIVE]
    if named or operation.body or operation.query:
        modes.append(GenerationMode.NEGATIVE)
    return st.one_of(
        [
            operation.as_strategy(mode, path_parameters=given)
            for mode in modes
            for given in ([named, None] if named else [None])
        ]
    )


async def test_people_read_every_operation_and_every_no_without_a_script(town):
    page = await town.http.get("/docs")

    shown = html.unescape(page.text)
    paths = town.app.openapi()["paths"]
    assert [p for p in paths for m in paths[p] if f"{m.upper()} {p}" not in shown] == []
    assert [one.code for one in TABLE.values() if one.next not in shown] == []
    assert "<script" not in page.text
    assert "://" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    names = set(re.findall(r'href="#(\w+)"', page.text))
    assert names <= set(re.findall(r'id="(\w+)"', page.text))
