"""Captions over HTTP: posted once, told to stages, written down as WebVTT; hostile text too."""

import pytest

from hustings.domain.roles import Role
from tests.api.conftest import bearer
from tests.api.test_nodes import hello, orders

PART = 1_790_000_000_000 // 240


async def post(town, text, **more):
    headers = more.pop("headers", town.owner)
    return await town.ask("POST", "/halls/demo/captions", {"text": text, **more}, headers=headers)


def texts(answer):
    return [one["text"] for one in answer.json()["captions"]]


async def test_a_post_is_answered_with_its_numbers_and_the_parts_that_carry_it(town):
    await town.hall("open")

    told = await post(town, "Good evening, and welcome\nto the town hall.")

    assert told.status_code == 201
    assert told.json() == {
        "captions": [
            {"no": 1, "part_no": PART, "text": "Good evening, and welcome to the "},
            {"no": 2, "part_no": PART + 4, "text": "town hall. "},
        ]
    }


async def test_a_post_sent_again_is_answered_as_before_and_written_once(town):
    await town.hall("open")
    first = await post(town, "Good evening.", id="k1")
    await post(town, "More.")
    town.clock.advance(3000)

    again = await post(town, "Good evening.", id="k1")

    assert (again.status_code, again.json()) == (201, first.json())
    kinds = [entry.record["kind"] for entry in town.store._entries]
    assert kinds.count("caption_given") == 2


async def test_stages_are_told_what_is_to_be_carried_and_nobody_else_is(town):
    await town.hall("open")
    await town.bus.arrive(*hello("stage-1", "stage"))
    await town.bus.arrive(*hello("edge-1", "edge"))
    await post(town, "One")
    town.clock.advance(6000)
    await town.bus.arrive(*hello("stage-1", "stage"))
    await town.bus.arrive(*hello("edge-1", "edge"))

    await post(town, "Two")

    told = [order["halls"][0]["captions"] for order in orders(town, "stage-1")]
    assert told == [[], [[1, PART, "One "]], [], [[2, PART + 25, "Two "]]]
    assert "captions" not in orders(town, "edge-1")[-1]["halls"][0]


async def test_the_evening_so_far_is_a_webvtt_file_for_everyone(town):
    await town.hall("open")
    await post(town, "One & <two>")
    town.clock.advance(10_000)
    await post(town, "Said before", at_ms=town.clock.now_ms() - 3000)

    file = await town.ask("GET", "/halls/demo/captions.vtt", headers={})
    again = await town.ask("GET", "/halls/demo/captions.vtt", headers={})

    assert file.headers["content-type"] == "text/vtt; charset=utf-8"
    assert file.headers["cache-control"] == "public, max-age=1"
    assert (
        file.text
        == again.text
        == (
            "WEBVTT\n"
            "\n1\n00:00:00.000 --> 00:00:06.000\nOne &amp; &lt;two&gt;\n"
            "\n2\n00:00:06.720 --> 00:00:12.720\nSaid before\n"
        )
    )


async def test_a_hall_without_captions_has_an_empty_file_and_a_draft_none(town):
    await town.hall()
    assert (await town.ask("GET", "/halls/demo/captions.vtt")).status_code == 404

    await town.ask("POST", "/halls/demo/open")

    assert (await town.ask("GET", "/halls/demo/captions.vtt")).text == "WEBVTT\n"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x00\x07\x1b[31mb", ["a[31mb "]),
        ("x\u202e\u2066evil\u2069\u202c", ["xevil "]),
        ("<script>alert(1)</script>", ["<script>alert(1)</script> "]),
        ("00:00 --> 00:01\n\nNOTE x", ["00:00 --> 00:01 NOTE x "]),
        ("\u6c34" * 13, ["\u6c34" * 12, "\u6c34 "]),
        (
            "\u05e9\u05dc\u05d5\u05dd \U0001f44b\U0001f3fd",
            ["\u05e9\u05dc\u05d5\u05dd \U0001f44b\U0001f3fd "],
        ),
    ],
)
async def test_hostile_and_foreign_text_is_text(town, text, kept):
    await town.hall("open")

    told = await post(town, text)
    file = await town.ask("GET", "/halls/demo/captions.vtt")

    assert texts(told) == kept
    assert file.text.count("-->") == len(kept)
    assert "<" not in file.text


@pytest.mark.parametrize(
    "body",
    [
        {"text": "x" * 401},
        {"text": "x" * 60_000},
        {"text": "\x00"},
        {"text": ""},
        {"text": 7},
        {},
        {"text": "x", "id": "../x"},
        {"text": "x", "at_ms": 1},
        {"text": "x", "at_ms": "now"},
        {"text": "x", "at_ms": 10**400},
        {"text": "x", "no": 1},
    ],
)
async def test_what_is_no_caption_is_refused_and_never_repeated(town, body):
    await town.hall("open")

    told = await town.ask("POST", "/halls/demo/captions", body)

    assert (told.status_code, told.json()["code"]) == (422, "field_invalid")
    assert "xxx" not in told.text


async def test_a_lone_surrogate_is_refused(town):
    await town.hall("open")
    headers = {**town.owner, "Content-Type": "application/json"}

    path = "/api/v1/halls/demo/captions"
    told = await town.http.post(path, content=b'{"text":"\\ud800"}', headers=headers)

    assert told.status_code == 422


async def test_a_flood_is_refused_and_heard_again_when_it_was_read(town):
    await town.hall("open")
    answers = [await post(town, "word " * 40) for _ in range(9)]

    refused = next(answer for answer in answers if answer.status_code != 201)
    assert (refused.status_code, refused.json()["code"]) == (429, "captions_ahead")

    town.clock.advance(10_000)
    assert (await post(town, "Calm again")).status_code == 201


async def test_captions_are_for_doors_and_the_programme(town):
    await town.hall("announce", starts_at="2030-01-01T19:00:00Z")

    assert (await post(town, "Early")).json()["code"] == "hall_state"

    await town.ask("POST", "/halls/demo/open")
    assert (await post(town, "Doors")).status_code == 201
    assert (await town.ask("GET", "/halls/demo/captions.vtt")).text == "WEBVTT\n"


async def test_what_an_erased_captioner_wrote_is_gone_everywhere_and_the_log_verifies(town):
    await town.hall("open")
    given = (
        await town.ask("POST", "/halls/demo/passes", {"role": Role.CAPTIONER, "name": "Cara"})
    ).json()
    await post(town, "A secret", headers=bearer(given["pass"]))
    await town.ask("GET", "/halls/demo/captions.vtt")

    erased = (await town.ask("DELETE", f"/people/{given['person']}")).json()

    assert erased["erased"] == ["name", "text"]
    assert (await town.ask("GET", "/halls/demo/log/verify")).json()["ok"]
    for path in ("/halls/demo/captions.vtt", "/halls/demo/log"):
        assert "secret" not in (await town.ask("GET", path)).text
    before = dict(town.desk.halls)
    await town.desk.load()
    assert town.desk.halls == before
