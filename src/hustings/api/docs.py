"""The page at /docs: the OpenAPI document for people, as plain HTML.

No scripts and nothing from elsewhere: whoever reads it has the owner's cookie in this browser.
"""

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from typing import Any

from hustings.domain.refusals import TABLE

FIRST = ("halls", "people", "floor", "show")
STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code { font-size: .95em } h2 { margin-top: 2.5rem } h3 { margin: 1.75rem 0 .25rem }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
td, th { text-align: left; vertical-align: top; padding: .2rem .75rem .2rem 0 }
tr { border-top: 1px solid #8886 } p { margin: .25rem 0 }
"""
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


def page(document: dict[str, Any]) -> str:
    return "\n".join(_lines(document))


def _lines(document: dict[str, Any]) -> Iterator[str]:
    yield "<!doctype html><html lang=en><meta charset=utf-8><title>The API</title>"
    yield f"<style>{STYLE}</style><h1>The API of this town hall</h1>"
    yield "<p>For programs: <a href=/api/v1/openapi.json>openapi.json</a>. A pass is shown as "
    yield "<code>Authorization: Bearer …</code>; bodies and answers are JSON.</p>"
    by_tag: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            shown = "\n".join(_operation(method.upper(), path, told))
            by_tag.setdefault(told["tags"][0], []).append(shown)
    for tag in sorted(by_tag, key=_place):
        yield f"<h2>{escape(tag.capitalize())}</h2>"
        yield from by_tag[tag]
    yield "<h2>What is sent and answered</h2>"
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield from _schema(name, schema)
    yield from _refusals()


def _place(tag: str) -> int:
    return FIRST.index(tag) if tag in FIRST else len(FIRST)


def _operation(method: str, path: str, told: dict[str, Any]) -> Iterator[str]:
    yield f"<h3><code>{method} {escape(path)}</code></h3>"
    if "description" in told:
        yield f"<p>{escape(told['description'])}</p>"
    if "requestBody" in told:
        yield f"<p>Takes {_content(told['requestBody']['content'])}.</p>"
    for status, answer in told["responses"].items():
        if status != "default":
            yield f"<p>Answers {status}, {_content(answer['content'])}.</p>"
    if told.get("security") == []:
        yield "<p>Needs no pass.</p>"


def _content(content: dict[str, Any]) -> str:
    return " or ".join(
        _kind(told["schema"]) if kind == "application/json" else f"<code>{escape(kind)}</code>"
        for kind, told in content.items()
    )


def _schema(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f'<h3 id="{escape(name)}">{escape(name)}</h3>'
    if "description" in schema:
        yield f"<p>{escape(schema['description'])}</p>"
    if "enum" in schema:
        yield f"<p>{_one_of(schema['enum'])}</p>"
    if "properties" not in schema:
        return
    yield "<table>"
    for field, told in schema["properties"].items():
        needed = "" if field in schema.get("required", ()) else "may be left out"
        about = escape(" ".join(filter(None, (told.get("description"), _bounds(told)))))
        cells = (f"<code>{escape(field)}</code>", _kind(told), needed, about)
        yield "<tr>" + "".join(f"<td>{cell}" for cell in cells)
    yield "</table>"


def _kind(told: dict[str, Any]) -> str:
    match told:
        case {"$ref": str(ref)}:
            name = escape(ref.rpartition("/")[2])
            return f'<a href="#{name}">{name}</a>'
        case {"anyOf": [*kinds]}:
            return " or ".join(map(_kind, kinds))
        case {"type": "array", "items": dict(items)}:
            return f"list of {_kind(items)}"
        case {"enum": [*values]}:
            return _one_of(values)
    return escape(told.get("format") or told.get("type") or "anything")


def _one_of(values: list[Any]) -> str:
    return ", ".join(f"<code>{escape(str(value))}</code>" for value in values)


def _bounds(told: dict[str, Any]) -> str:
    names = ("minimum", "maximum", "maxLength", "maxItems", "pattern", "default")
    return ", ".join(f"{name} {told[name]}" for name in names if told.get(name) is not None)


def _refusals() -> Iterator[str]:
    yield "<h2>When it is a no</h2><p>Answered as <code>application/problem+json</code>.</p><table>"
    yield "<tr><th>code<th>status<th>what happened<th>what to do"
    for one in sorted(TABLE.values(), key=lambda one: (one.status, one.code)):
        told = (f"<code>{one.code}</code>", str(one.status), escape(one.sentence), escape(one.next))
        yield "<tr>" + "".join(f"<td>{cell}" for cell in told)
    yield "</table>"
