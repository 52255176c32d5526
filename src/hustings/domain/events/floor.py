"""Who may be heard: seats, hands, lines and their proofs, time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from hustings.domain.events.base import Event, personal
from hustings.domain.ids import LineId, PersonId, SeatId


@dataclass(frozen=True, kw_only=True)
class SeatGiven(Event):
    KIND: ClassVar[str] = "seat_given"
    seat: SeatId
    person: PersonId
    host: bool


@dataclass(frozen=True, kw_only=True)
class SeatFreed(Event):
    KIND: ClassVar[str] = "seat_freed"
    seat: SeatId


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Event):
    """`person`, who has this seat, agreed to be recorded; `by` another where that one noted it."""

    KIND: ClassVar[str] = "consent_given"
    seat: SeatId
    person: PersonId


@dataclass(frozen=True, kw_only=True)
class LineUp(Event):
    KIND: ClassVar[str] = "line_up"
    seat: SeatId
    line: LineId
    person: PersonId


@dataclass(frozen=True, kw_only=True)
class LineDown(Event):
    KIND: ClassVar[str] = "line_down"
    seat: SeatId
    line: LineId
    reason: str


@dataclass(frozen=True, kw_only=True)
class LineProven(Event):
    """The stage heard speech on this line, and its owner heard the stage: `how`."""

    KIND: ClassVar[str] = "line_proven"
    seat: SeatId
    line: LineId
    how: str


@dataclass(frozen=True, kw_only=True)
class FloorLed(Event):
    """Whether seats come on air only when they are brought up, or with their line."""

    KIND: ClassVar[str] = "floor_led"
    on: bool


@dataclass(frozen=True, kw_only=True)
class BroughtUp(Event):
    KIND: ClassVar[str] = "brought_up"
    seat: SeatId
    person: PersonId


@dataclass(frozen=True, kw_only=True)
class TakenDown(Event):
    """`reason`: asked, gone (no line for a while), time (spent, where the hall ends it then)."""

    KIND: ClassVar[str] = "taken_down"
    seat: SeatId
    person: PersonId
    reason: str


@dataclass(frozen=True, kw_only=True)
class SeatMuted(Event):
    KIND: ClassVar[str] = "seat_muted"
    seat: SeatId
    person: PersonId
    on: bool


@dataclass(frozen=True, kw_only=True)
class NoiseSuppressed(Event):
    """The noise around a seat's microphone is taken out of what it says, or no more."""

    KIND: ClassVar[str] = "noise_suppressed"
    seat: SeatId
    person: PersonId
    on: bool


@dataclass(frozen=True, kw_only=True)
class SideTaken(Event):
    """The side a person speaks for. None: for none."""

    KIND: ClassVar[str] = "side_taken"
    person: PersonId
    side: str | None


@dataclass(frozen=True, kw_only=True)
class BudgetSet(Event):
    """How long `side`, or each person where it is None, may speak. None: as long as they like."""

    KIND: ClassVar[str] = "budget_set"
    side: str | None
    budget_ms: int | None
    enforced: bool


@dataclass(frozen=True, kw_only=True)
class TalkCounted(Event):
    """Milliseconds of voice on air, by person, in the parts from `from_part` up to `to_part`."""

    KIND: ClassVar[str] = "talk_counted"
    from_part: int
    to_part: int
    voiced_ms: Mapping[PersonId, int]


@dataclass(frozen=True, kw_only=True)
class HandRaised(Event):
    KIND: ClassVar[str] = "hand_raised"
    person: PersonId
    reason: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class HandLowered(Event):
    """By the person, or by one who leads the floor."""

    KIND: ClassVar[str] = "hand_lowered"
    person: PersonId


@dataclass(frozen=True, kw_only=True)
class HandCalled(Event):
    """A seat waits for whoever raised it, backstage: their pass says which."""

    KIND: ClassVar[str] = "hand_called"
    person: PersonId
    seat: SeatId
    jti: str
