"""The log of a hall, with all it takes to check it, and our own check of it."""

from typing import Any, NotRequired

from typing_extensions import TypedDict


class SealedText(TypedDict):
    salt: str
    value: str


class Entry(TypedDict):
    """`hash` and salts in hexadecimal. `texts` lacks what was erased."""

    seq: int
    record: dict[str, Any]
    hash: str
    texts: dict[str, SealedText]


class Inclusion(TypedDict):
    index: int
    size: int
    proof: list[str]


class Log(TypedDict):
    """`checkpoint`: signed, over all halls; `log_key`: Ed25519, base64."""

    hall: str
    entries: list[Entry]
    head: str
    checkpoint: str
    inclusion: Inclusion
    log_key: str


class ErasedText(TypedDict):
    seq: int
    field: str
    person: str
    erased_in: int
    erased_by: str
    erased_at_ms: int


class Checked(TypedDict):
    """`broken` where `ok` is false, all else where it is true."""

    ok: bool
    hall: str
    broken: NotRequired[str]
    entries: NotRequired[int]
    head: NotRequired[str]
    checkpoint: NotRequired[str]
    erased: NotRequired[list[ErasedText]]
