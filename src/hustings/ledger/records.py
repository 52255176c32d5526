"""Between events and what is kept of them: a record for the chain, and sealed texts beside it.

A record holds every plain field and, for each personal one, a commitment: SHA-256 over a salt and
the canonical value. The salt and value are a `Text`; erasing it leaves the commitment saying
nothing, because nobody can guess the salt.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from hustings.domain.events import KINDS, Event, personal_fields
from hustings.domain.ids import HallId
from hustings.ledger import Broken
from hustings.ledger.canonical import canonical

SALT_BYTES = 32
RECORD_VERSION = 1


@dataclass(frozen=True)
class Text:
    """The erasable side of one personal field."""

    field: str
    person: str
    salt: bytes
    value: str


@dataclass(frozen=True)
class Entry:
    """One line of the log. `texts` lacks what was erased."""

    hall: HallId
    seq: int
    record: Mapping[str, Any]
    hash: bytes
    texts: tuple[Text, ...] = ()


def commitment(salt: bytes, value: Any) -> bytes:
    return hashlib.sha256(salt + canonical(value)).digest()


def seal(
    event: Event, hall: HallId, seq: int, draw_salt: Callable[[int], bytes]
) -> tuple[dict[str, Any], tuple[Text, ...]]:
    """The record of `event` and its texts."""
    private = personal_fields(type(event))
    texts = tuple(
        Text(name, getattr(event, "person", ""), draw_salt(SALT_BYTES), getattr(event, name))
        for name in private
        if getattr(event, name) is not None
    )
    plain = {f.name: getattr(event, f.name) for f in fields(event) if f.name not in private}
    by, at_ms = plain.pop("by"), plain.pop("at_ms")
    record = {
        "v": RECORD_VERSION,
        "hall": hall,
        "seq": seq,
        "kind": event.KIND,
        "version": event.VERSION,
        "by": by,
        "at_ms": at_ms,
        "facts": {k: list(v) if isinstance(v, tuple) else v for k, v in plain.items()},
        "sealed": {text.field: commitment(text.salt, text.value).hex() for text in texts},
    }
    return record, texts


def unseal(entry: Entry) -> Event:
    """The event as it can still be read; erased fields are None."""
    record = entry.record
    kind = KINDS.get((record["kind"], record["version"]))
    if kind is None:
        raise Broken(f"event {entry.seq} is of a kind this version does not know")
    facts = {k: tuple(v) if isinstance(v, list) else v for k, v in record["facts"].items()}
    texts: dict[str, str | None] = dict.fromkeys(personal_fields(kind))
    texts.update({text.field: text.value for text in entry.texts})
    return kind(by=record["by"], at_ms=record["at_ms"], **facts, **texts)


def unseal_all(entries: Iterable[Entry]) -> list[Event]:
    return [unseal(entry) for entry in entries]
