"""Texts that would be more than text: markup, ends of lines, orders to a terminal."""

import json

import pytest

from tests.api.test_evening import ITEMS

MARKUP = """</script><img src=x onerror="alert(1)">'{{7*7}}"""


async def test_markup_stays_text_wherever_it_is_shown(town):
    await town.hall(title=MARKUP, starts_at="2030-01-01T19:00:00Z")
    await town.ask("POST", "/halls/demo/announce")
    await town.seat("ana", MARKUP)
    items = [{**ITEMS[0], "title": MARKUP}]
    await town.ask("PUT", "/halls/demo/rundown", {"items": items})
    fay = await town.guest("listener", MARKUP)
    await town.ask("POST", "/halls/demo/open")
    await town.ask("POST", "/halls/demo/hands", {"reason": MARKUP}, headers=fay)

    kinds = {}
    for page in ("", "/rundown", "/people", "/log", "/floor", "/calendar.ics"):
        answer = await town.ask("GET", f"/halls/demo{page}")
        kinds[page] = answer.headers["content-type"]
        if page != "/calendar.ics":
            assert MARKUP in json.dumps(answer.json(), ensure_ascii=False).replace('\\"', '"')
    assert kinds.pop("/calendar.ics") == "text/calendar; charset=utf-8"
    assert set(kinds.values()) == {"application/json"}


BREAKS = ("a\r\nSet-Cookie: b=c", "a\nb", "a\x00b", "a\x1b[2Jb", "a\u2028b", "a\u202eb", "a\x85b")


@pytest.mark.parametrize("text", BREAKS)
async def test_no_text_ends_a_line_of_anything(town, text):
    """Titles and names go into calendars, logs, terminals and pages: one line, printable."""
    await town.hall("open")
    fay = await town.guest("listener", "Fay")
    asked = {
        "title": ("POST", "/halls", {"title": text}, town.owner),
        "name": ("POST", "/halls/demo/seats", {"seat": "x", "name": text}, town.owner),
        "pass": ("POST", "/halls/demo/passes", {"role": "host", "name": text}, town.owner),
        "item": (
            "PUT",
            "/halls/demo/rundown",
            {"items": [{**ITEMS[0], "title": text}]},
            town.owner,
        ),
        "side": ("PUT", "/halls/demo/budget", {"side": text, "seconds": 9}, town.owner),
        "reason": ("POST", "/halls/demo/hands", {"reason": text}, fay),
    }
    for name, (method, path, body, headers) in asked.items():
        answer = await town.ask(method, path, body, headers=headers)
        assert "set-cookie" not in answer.headers
        shown = json.dumps(answer.json(), ensure_ascii=False)
        assert text not in shown, name
    for page in (
        "/halls",
        "/halls/demo",
        "/halls/demo/people",
        "/halls/demo/floor",
        "/halls/demo/log",
    ):
        assert json.dumps(text)[1:-1] not in (await town.ask("GET", page)).text
