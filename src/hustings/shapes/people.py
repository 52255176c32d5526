"""People, and the passes and links that were made for them."""

from typing import Literal

from typing_extensions import TypedDict

Role = Literal[
    "owner",
    "producer",
    "moderator",
    "host",
    "screener",
    "steward",
    "captioner",
    "speaker",
    "listener",
]


class Person(TypedDict):
    person: str
    role: Role
    name: str | None
    seat: str | None
    erased: bool
    passes: int


class People(TypedDict):
    people: list[Person]


# `pass` is no name in Python: these two are written as calls.
GivenSeat = TypedDict(
    "GivenSeat",
    {"seat": str, "person": str, "pass": str, "expires_at_ms": int, "studio_url": str},
)
GivenPass = TypedDict(
    "GivenPass",
    {"person": str, "role": Role, "pass": str, "expires_at_ms": int, "url": str},
)


class SeatFreed(TypedDict):
    seat: str


class Consented(TypedDict):
    """`new`: seats that had not agreed before."""

    consented: bool
    new: list[str]


class Erased(TypedDict):
    """What was erased, never what it said."""

    person: str
    hall: str
    erased: list[str]
    seats_freed: list[str]
    passes_revoked: int


class LinkUsed(TypedDict):
    person: str
    expires_at_ms: int
    next: str


class OwnerLink(TypedDict):
    url: str


class Me(TypedDict):
    """`hall`: what the pass is for; `*` for all of them."""

    person: str
    hall: str
    role: Role
    seat: str | None
    expires_at_ms: int


class OnStage(TypedDict):
    """`me.json` of an edge (spec/live.md)."""

    person: str
    hall: str
    role: Role
    seat: str | None
    consented: bool
    expires_at_ms: int
