"""What somebody may ask of a hall. Fresh ids come with the wish; nothing here draws one."""

from collections.abc import Mapping
from dataclasses import dataclass

from hustings.domain.ids import HallId, LineId, PersonId, SeatId
from hustings.domain.plan import Item, Sounds
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
    air_delay_ms: int = 0
    record: bool = False
    series: HallId | None = None
    led: bool = False
    """Whether seats come on air only when they are brought up."""


@dataclass(frozen=True)
class MoveHall:
    """`move` is one of announce, open, pause, resume, end."""

    move: str


@dataclass(frozen=True)
class SlipStart:
    """Move the start back. `from_ms`: the start it is moved from; two who ask slip it once."""

    minutes: int
    from_ms: int


@dataclass(frozen=True)
class Postpone:
    """Announce the hall anew. `passes_until_ms`: how long passes that are good now stay so."""

    starts_at_ms: int
    passes_until_ms: int


@dataclass(frozen=True)
class CancelHall:
    """`waiting`: how many there are now. First it is asked, then confirmed."""

    waiting: int
    confirmed: bool


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
class TakeCharge:
    """Whoever asks runs the show, or chairs, from now on; or `to`, who has the same role."""

    role: Role
    to: PersonId | None = None


@dataclass(frozen=True)
class LeadFloor:
    on: bool


@dataclass(frozen=True)
class BringUp:
    seat: SeatId


@dataclass(frozen=True)
class TakeDown:
    seat: SeatId


@dataclass(frozen=True)
class MuteSeat:
    seat: SeatId
    on: bool


@dataclass(frozen=True)
class SuppressNoise:
    seat: SeatId
    on: bool


@dataclass(frozen=True)
class TakeSide:
    seat: SeatId
    side: str | None


@dataclass(frozen=True)
class SetBudget:
    """For one side, or for each person where `side` is None. None: no bound."""

    side: str | None
    budget_ms: int | None
    enforced: bool = False


@dataclass(frozen=True)
class RaiseHand:
    reason: str | None = None


@dataclass(frozen=True)
class WalkIn:
    """A hand of somebody who came without a pass, and gets one with it."""

    to: Invitation
    reason: str | None = None


@dataclass(frozen=True)
class LowerHand:
    """None: the hand of whoever asks."""

    person: PersonId | None = None


@dataclass(frozen=True)
class CallHand:
    """Give whoever raised a hand this seat backstage; `jti` is of the pass they get for it."""

    person: PersonId
    seat: SeatId
    jti: str
    expires_at_ms: int


@dataclass(frozen=True)
class SetRundown:
    items: tuple[Item, ...]


@dataclass(frozen=True)
class MoveRundown:
    item: str


@dataclass(frozen=True)
class SetSounds:
    sounds: Sounds


@dataclass(frozen=True)
class IntendSilence:
    on: bool


@dataclass(frozen=True)
class SetAirDelay:
    """How long what is said waits before the crowd hears it; until doors."""

    delay_ms: int


@dataclass(frozen=True)
class Dump:
    """Take out what was said and is not heard yet."""


@dataclass(frozen=True)
class Say:
    """Captions. `key`: the asker's own name for this post; `at_ms`: when it was said, else now."""

    text: str
    key: str | None = None
    at_ms: int | None = None


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


@dataclass(frozen=True)
class NoteLineProven:
    line: LineId
    how: str


@dataclass(frozen=True)
class NoteTalk:
    """Voice on air by seat, in ms, in the parts from `from_part` up to `to_part`."""

    from_part: int
    to_part: int
    voiced_ms: Mapping[SeatId, int]


@dataclass(frozen=True)
class NoteAir:
    air: str
    part_no: int


Wish = (
    MoveHall
    | SlipStart
    | Postpone
    | CancelHall
    | TakeCharge
    | LeadFloor
    | BringUp
    | TakeDown
    | MuteSeat
    | SuppressNoise
    | TakeSide
    | SetBudget
    | RaiseHand
    | WalkIn
    | LowerHand
    | CallHand
    | SetRundown
    | MoveRundown
    | SetSounds
    | IntendSilence
    | SetAirDelay
    | Dump
    | Say
    | NoteLineProven
    | NoteTalk
    | NoteAir
    | SetRecording
    | GivePass
    | GiveSeat
    | FreeSeat
    | GiveConsent
    | ErasePerson
    | NoteLineUp
    | NoteLineDown
)
