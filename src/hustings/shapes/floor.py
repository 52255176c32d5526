"""The floor: who is heard, who waits, and how long each has spoken."""

from typing import Any, Literal

from typing_extensions import TypedDict

Standing = Literal["on_air", "ready", "green_room", "spent"]


class Seat(TypedDict):
    """`verdict`: one of spec/verdicts.toml · `measured`: by a stage (spec/node.md, `proof`) ·
    `suppressed`: the noise around it is taken out."""

    seat: str
    person: str
    name: str | None
    standing: Standing
    muted: bool
    suppressed: bool
    proven: bool
    verdict: str
    sentence: str
    mend: str
    measured: dict[str, Any] | None
    side: str | None
    spoken_ms: int


class Hand(TypedDict):
    """`seat`: the one it was called to; `position` is none from then on."""

    person: str
    name: str | None
    reason: str | None
    raised_ms: int
    position: int | None
    seat: str | None


class Budget(TypedDict):
    """`enforced`: it ends with a fade."""

    budget_ms: int
    enforced: bool


class SpokenTime(TypedDict):
    person: str
    side: str | None
    spoken_ms: int


class SideTime(TypedDict):
    side: str
    spoken_ms: int
    budget: Budget | None


class TimeKept(TypedDict):
    """`each`: what every person by themselves may spend."""

    each: Budget | None
    people: list[SpokenTime]
    sides: list[SideTime]


class Floor(TypedDict):
    led: bool
    seats: list[Seat]
    hands: list[Hand]
    time: TimeKept


class OwnHand(TypedDict):
    """`studio_url`: once called, the link to the seat that waits."""

    raised: bool
    position: int | None
    waiting: int
    seat: str | None
    studio_url: str | None
