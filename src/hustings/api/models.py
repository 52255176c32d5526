"""The bodies of requests. Their bounds beyond type and size are the domain's."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from hustings.desk.invitations import PASS_HOURS
from hustings.domain.roles import Role

TEXT_CHARS_MAX = 400
WINDOW_MS = 600


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewHall(Body):
    title: str = Field(max_length=TEXT_CHARS_MAX)
    hall: str | None = Field(None, description="Its address. Made of the title where left out.")
    starts_at: datetime | None = Field(None, description="ISO 8601, with an offset from UTC.")
    window_ms: int = Field(WINDOW_MS, strict=True, description="Repair window of its speakers.")
    record: bool = Field(False, strict=True, description="Whether it is recorded.")


class Recording(Body):
    on: bool = Field(strict=True)


class NewSeat(Body):
    seat: str
    name: str = Field(max_length=TEXT_CHARS_MAX)
    role: Role = Role.SPEAKER
    consent: bool = Field(False, strict=True, description="They agreed elsewhere to be recorded.")


class Consent(Body):
    seat: str | None = Field(None, description="Left out: the seat of the pass at hand.")


class NewPass(Body):
    role: Role
    name: str = Field(max_length=TEXT_CHARS_MAX)
    hours: int = Field(PASS_HOURS, strict=True)


class OwnerToken(Body):
    token: str = Field(max_length=TEXT_CHARS_MAX)
