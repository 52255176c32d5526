"""Who may come, and whose data is gone."""

from dataclasses import dataclass
from typing import ClassVar

from hustings.domain.events.base import Event, personal
from hustings.domain.ids import PersonId


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
class PersonErased(Event):
    """The texts about `person` are gone, with their salts: which fields, not what they held."""

    KIND: ClassVar[str] = "person_erased"
    person: PersonId
    erased: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ChargeTaken(Event):
    """`person` runs the show, or chairs, from now on."""

    KIND: ClassVar[str] = "charge_taken"
    role: str
    person: PersonId
