"""The client against the real application, over a real socket."""

import asyncio
import typing
from datetime import datetime

import pytest
from pydantic import ConfigDict, TypeAdapter

from hustings import shapes
from hustings.api.app import build
from hustings.client import Client, NobodyAnswers, Refused
from tests.api.conftest import listening
from tests.api.test_evening import ITEMS, SOUND, iso
from tests.api.test_floor import LINE, proof
from tests.api.test_nodes import UP, batch

STRICT = ConfigDict(extra="forbid")
AIR = {"kind": "air", "hall": "demo", "part_no": 9, "playing": "stage", "covered": False}
AUDIENCE = {"kind": "audience", "hall": "demo", "listeners": 1, "joined": 1, "left": 0, "let_go": 0}
RECORDING = {"kind": "recording", "hall": "demo", "state": "recording", "reason": ""}


async def ask(method, *given, **named):
    """What the client answered, after a look whether it has the shape that was promised."""
    answer = await asyncio.to_thread(method, *given, **named)
    kind = typing.get_type_hints(method)["return"]
    # In a list, because a configuration is not taken beside a TypedDict alone.
    TypeAdapter(list[kind], config=STRICT).validate_python([answer], strict=True)
    return answer


async def refusal(method, *given, **named):
    with pytest.raises(Refused) as caught:
        await asyncio.to_thread(method, *given, **named)
    return caught.value


async def run_the_house(town):
    """All that belongs to no one hall, by an owner who came by a one-time link."""
    link = await ask(town.owner_link)
    with Client(town.url) as anew:
        await ask(anew.use_owner_link, link)
        me = await ask(anew.me)
        sound = await ask(anew.keep_sound, SOUND)
        assert (me["role"], await ask(anew.sound, sound)) == ("owner", SOUND)
    await ask(town.create, "Other", led=True)
    return sound


async def prepare(served, hall, sound):
    await ask(hall.announce)
    shown = await ask(hall.shown)
    await ask(hall.slip, 5, shown["starts_at_ms"])
    await ask(hall.postpone, datetime.fromisoformat(iso(served.town, 60)))
    await ask(hall.calendar)
    await ask(hall.record, True)
    await ask(hall.show.plan, ITEMS)
    await ask(hall.show.prepare, opening="", pause=sound)
    await ask(hall.show.silence, False)
    await ask(hall.show.delay, 5000)


async def meet(served, hall):
    """Ana has a seat, Fay a hand; Ana's line stands and is proven, as the stage says."""
    town = served.town
    ana = await ask(hall.give_seat, "ana", "Ana Ferreira")
    fay = await ask(hall.give_pass, "listener", "Fay")
    await ask(hall.consent, "ana")
    await ask(hall.floor.lead, True)
    counted = {**RECORDING, "bytes": 1, "missing": 0}
    lines = {"kind": "lines", "hall": "demo", "lines": [LINE]}
    for role, told in {
        "stage": [UP, proof(), lines, {**AIR, "quiet_ms": 0}],
        "edge": [AUDIENCE],
        "recorder": [counted],
    }.items():
        await town.bus.arrive(*batch(f"{role}-1", *told, role=role))
    return ana, fay


async def lead(served, hall):
    await ask(hall.open)
    served.town.clock.advance(3_600_000)
    await served.town.desk.tick()
    ana, fay = await meet(served, hall)
    await ask(hall.show.go, "opening")
    await ask(hall.show.rundown)
    for act in (hall.floor.up, hall.floor.mute, hall.floor.suppress, hall.floor.down):
        await ask(act, "ana")
    await ask(hall.caption, "Good evening.", id="c1")
    assert "Good evening." in await ask(hall.captions)
    await ask(hall.floor.side, "ana", "For")
    await ask(hall.floor.budget, 60, "For", enforced=True)
    await ask(hall.floor.budget, 90)
    with Client(served.url, fay["pass"]) as guest:
        hands = guest.hall("demo").hands
        for act in (hands.up, hands.mine, hands.down):
            await ask(act)
        await ask(hands.up, "The bridge")
        await ask(hall.hands.call, fay["person"])
        await ask(hall.floor.shown)
        await follow(guest.hall("demo"), shapes.Guest)
        await ask(hall.hands.lower, fay["person"])
    return ana


async def follow(hall, kind):
    told = await asyncio.to_thread(next, hall.events())
    TypeAdapter(list[kind], config=STRICT).validate_python([told], strict=True)


async def take_charge(served, hall):
    pia = await ask(hall.give_pass, "producer", "Pia", 2)
    with Client(served.url, pia["pass"]) as producer:
        await ask(producer.hall("demo").charge, "producer")


async def end(hall, ana):
    await follow(hall, shapes.Studio)
    await ask(hall.shown)
    await ask(hall.people)
    await ask(hall.show.dump)
    for move in (hall.pause, hall.resume, hall.end):
        await ask(move)
    await ask(hall.free_seat, "ana")
    await ask(hall.check_log)


async def test_everything_the_api_can_do_the_client_can_and_answers_as_it_promises(served):
    with served.client() as town:
        sound = await run_the_house(town)
        begins = datetime.fromisoformat(iso(served.town, 10))
        await ask(town.create, "Demo", hall="demo", starts_at=begins, series="council")
        hall = town.hall("demo")
        await prepare(served, hall, sound)
        await ask(hall.cancel)
        ana = await lead(served, hall)
        await take_charge(served, hall)
        await end(hall, ana)
        await ask(town.erase, ana["person"])
        await ask(hall.check_log)
        await ask(hall.log)
        await ask(town.halls)

    paths = build(served.town.context).openapi()["paths"]
    every = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert served.asked == every


async def test_a_no_comes_with_its_code_its_sentence_and_a_next_step(served):
    with served.client() as town:
        unknown = await refusal(town.hall("none").open)
    with Client(served.url) as stranger:
        missing = await refusal(stranger.me)

    assert (unknown.code, unknown.status) == ("hall_unknown", 404)
    assert unknown.sentence == "There is no town hall at this address."
    assert unknown.next == "Check the link, or see what is on at the start page."
    assert (missing.code, missing.status) == ("pass_missing", 401)


async def test_nobody_is_told_apart_from_a_no(served):
    async def other(scope, receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 502, "headers": []})
            await send({"type": "http.response.body", "body": b"<h1>Bad gateway</h1>"})

    async with listening(other) as proxy:
        with pytest.raises(NobodyAnswers):
            await asyncio.to_thread(Client(proxy).halls)
    with pytest.raises(NobodyAnswers, match=proxy):
        await asyncio.to_thread(Client(proxy).halls)


@pytest.mark.parametrize("name", ["..", ".", "a/b", "a?b=c", "a#b", "%2e%2e", "", "ä\n"])
async def test_no_name_leads_anywhere_else(served, name):
    with served.client() as town:
        refused = await refusal(town.hall(name).floor.shown)
        erased = await refusal(town.erase, name)

    assert refused.code in ("hall_unknown", "not_found")
    assert erased.code in ("person_unknown", "not_found", "method_unknown")


@pytest.mark.parametrize("token", ["é", "a\nb", " ", "ein.pass.€"])
async def test_a_pass_that_is_none_is_refused_like_any_other(served, token):
    with Client(served.url, token) as stranger:
        refused = await refusal(stranger.me)

    assert refused.code == ("pass_invalid" if token.strip() else "pass_missing")
