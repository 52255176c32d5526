"""The hash chain of one hall: each entry's hash covers the one before and its own record.

hash = SHA-256(hash before, or 32 zero bytes ‖ canonical record)
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hustings.ledger import Broken
from hustings.ledger.canonical import canonical
from hustings.ledger.records import Entry, commitment

GENESIS = bytes(32)


@dataclass(frozen=True)
class Erasure:
    """A field whose text is gone, and the entry that says so."""

    seq: int
    field: str
    person: str
    erased_in: int
    by: str
    at_ms: int


@dataclass(frozen=True)
class Verdict:
    length: int
    head: bytes
    erased: tuple[Erasure, ...]


def link(before: bytes, record: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(before + canonical(record)).digest()


def verify(entries: Sequence[Entry]) -> Verdict:
    """Walk the chain from its first entry.

    Raises:
        Broken: a hash, a number or a text does not fit, or a text is missing and nothing says why.
    """
    erasers = {
        (entry.record["facts"]["person"], name): entry
        for entry in entries
        if entry.record["kind"] == "person_erased"
        for name in entry.record["facts"]["erased"]
    }
    head, erased = GENESIS, []
    for seq, entry in enumerate(entries):
        if entry.seq != seq or entry.record["seq"] != seq:
            raise Broken(f"entry {seq} is missing or out of order")
        head = link(head, entry.record)
        if head != entry.hash:
            raise Broken(f"entry {seq} was altered, or one before it")
        erased += _check_texts(entry, erasers)
    return Verdict(len(entries), head, tuple(erased))


def _check_texts(entry: Entry, erasers: Mapping[tuple[str, str], Entry]) -> list[Erasure]:
    kept = {text.field: text for text in entry.texts}
    erased = []
    for name, committed in entry.record["sealed"].items():
        if name in kept:
            if commitment(kept[name].salt, kept[name].value).hex() != committed:
                raise Broken(f"the text {name} of entry {entry.seq} was altered")
            continue
        person = entry.record["facts"]["person"]
        eraser = erasers.get((person, name))
        if eraser is None or eraser.seq < entry.seq:
            raise Broken(f"the text {name} of entry {entry.seq} is missing, and nobody erased it")
        by, at_ms = eraser.record["by"], eraser.record["at_ms"]
        erased.append(Erasure(entry.seq, name, person, eraser.seq, by, at_ms))
    return erased
