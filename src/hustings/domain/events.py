"""What can have happened in a hall: the words of the log.

Each event is a kind, a version and fields; a field marked `personal` never enters the hash chain
itself, only a salted commitment to it does, and its text can be erased. Once released, a kind and
version never change meaning; a new meaning is a new version. How events are chained and kept is
not known here.
"""

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from hustings.domain.ids import HallId, LineId, PersonId, SeatId


def personal() -> Any:
    """A field that names or describes somebody. None once it is erased."""
    return field(metadata={"personal": True})


@dataclass(frozen=True, kw_only=True)
class Event:
    KIND: ClassVar[str]
    VERSION: ClassVar[int] = 1

    by: PersonId
    at_ms: int


@dataclass(frozen=True, kw_only=True)
class HallCreated(Event):
    KIND: ClassVar[str] = "hall_created"
    hall: HallId
    title: str
    starts_at_ms: int | None
    window_ms: int


@dataclass(frozen=True, kw_only=True)
class HallMoved(Event):
    """The hall passed into another state of its lifecycle."""

    KIND: ClassVar[str] = "hall_moved"
    move: str
    state: str


@dataclass(frozen=True, kw_only=True)
class RecordingSet(Event):
    """Whether this hall is to be recorded. Not before it is said."""

    KIND: ClassVar[str] = "recording_set"
    on: bool


@dataclass(frozen=True, kw_only=True)
class PersonInvited(Event):
    KIND: ClassVar[str] = "person_invited"
    person: PersonId
    role: str
    name: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class PassGiven(Event):
    KIND: ClassVar[str] = "pass_given"
    person: PersonId
    jti: str
    expires_at_ms: int


@dataclass(frozen=True, kw_only=True)
class PassRevoked(Event):
    KIND: ClassVar[str] = "pass_revoked"
    person: PersonId
    jti: str


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
class PersonErased(Event):
    """The texts about `person` are gone, with their salts: which fields, not what they held."""

    KIND: ClassVar[str] = "person_erased"
    person: PersonId
    erased: tuple[str, ...]


KINDS: dict[tuple[str, int], type[Event]] = {
    (kind.KIND, kind.VERSION): kind
    for kind in (
        HallCreated,
        HallMoved,
        RecordingSet,
        PersonInvited,
        PassGiven,
        PassRevoked,
        SeatGiven,
        SeatFreed,
        ConsentGiven,
        LineUp,
        LineDown,
        PersonErased,
    )
}


def personal_fields(kind: type[Event]) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.metadata.get("personal"))
