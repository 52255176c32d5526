"""The plan of an evening, and all of it as the studio and a guest follow it."""

from typing import Literal

from typing_extensions import TypedDict

from hustings.shapes.floor import Budget, Floor, OwnHand, Seat
from hustings.shapes.halls import Hall

ItemKind = Literal["opening", "segment", "questions", "closing"]


class Item(TypedDict):
    """One piece of the rundown."""

    item: str
    kind: ItemKind
    title: str
    planned_ms: int


class PlannedItem(Item):
    """`starts_at_ms`: when it is due as things stand; `over_ms`: how far what is on is over."""

    starts_at_ms: int | None
    over_ms: int


class Prepared(TypedDict):
    """Each "" for none, "built-in", or the name of an uploaded sound."""

    opening: str
    pause: str
    closing: str
    tone: str


class Dump(TypedDict):
    """What was said from `from_ms` up to `to_ms` was taken out. `no` counts from 1."""

    no: int
    from_ms: int
    to_ms: int


class Plan(TypedDict):
    on: str | None
    items: list[PlannedItem]
    sounds: Prepared
    silence_intended: bool
    air_delay_ms: int
    dumps: list[Dump]


class SoundKept(TypedDict):
    sound: str


class Air(TypedDict):
    playing: str
    quiet_ms: int
    covered: bool


class CancelAsked(TypedDict):
    by: str
    at_ms: int
    waiting: int


class Studio(Hall):
    """All that those backstage see, at `now_ms`."""

    floor: Floor
    plan: Plan
    air: Air | None
    cancel_asked: CancelAsked | None
    in_charge: dict[str, str]
    now_ms: int


class NextUp(TypedDict):
    title: str
    starts_at_ms: int | None


class Caption(TypedDict):
    """One increment of what was written, and the part that carries it."""

    no: int
    part_no: int
    text: str


class Captioned(TypedDict):
    captions: list[Caption]


class Guest(TypedDict):
    """What one on stage, or on the way there, sees: their own seats and hand, and what is on."""

    hall: str
    state: str
    since_ms: int
    starts_at_ms: int | None
    on: str | None
    next: NextUp | None
    seats: list[Seat]
    air_delay_ms: int
    spoken_ms: int
    budget: Budget | None
    now_ms: int
    hand: OwnHand
