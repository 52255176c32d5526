"""What somebody may ask of a hall. Fresh ids come with the wish; nothing here draws one."""

from dataclasses import dataclass

from hustings.domain.ids import HallId, LineId, PersonId, SeatId
from hustings.domain.roles import Role


@dataclass(frozen=True)
class By:
    """Who asks: the person, and the role their pass gives them here."""

    person: PersonId
    role: Role


@dataclass(frozen=True, kw_only=True)
class CreateHall:
    hall: HallId
    title: str
    starts_at_ms: int | None
    window_ms: int
    record: bool = False


@dataclass(frozen=True)
class MoveHall:
    """`move` is one of announce, open, pause, resume, end."""

    move: str


@dataclass(frozen=True)
class SetRecording:
    """Record the hall, or not; until doors."""

    on: bool


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A person who is about to hold a pass."""

    person: PersonId
    role: Role
    name: str
    jti: str
    expires_at_ms: int


@dataclass(frozen=True)
class GivePass:
    to: Invitation


@dataclass(frozen=True)
class GiveSeat:
    seat: SeatId
    to: Invitation
    consented: bool = False
    """They agreed elsewhere to be recorded, and whoever gives the seat says so."""


@dataclass(frozen=True)
class FreeSeat:
    seat: SeatId


@dataclass(frozen=True)
class GiveConsent:
    """Whoever has the seat agrees to be recorded. None: the seat of whoever asks."""

    seat: SeatId | None = None


@dataclass(frozen=True)
class ErasePerson:
    person: PersonId


@dataclass(frozen=True)
class NoteLineUp:
    """What a stage reports; nobody's wish, and so not refused to anyone."""

    seat: SeatId
    line: LineId
    person: PersonId


@dataclass(frozen=True)
class NoteLineDown:
    line: LineId
    reason: str


Wish = (
    MoveHall
    | SetRecording
    | GivePass
    | GiveSeat
    | FreeSeat
    | GiveConsent
    | ErasePerson
    | NoteLineUp
    | NoteLineDown
)
