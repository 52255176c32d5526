"""The bodies of requests. Their bounds beyond type and size are the domain's."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from hustings.desk.invitations import PASS_HOURS
from hustings.domain.plan import ITEMS_MAX, Kind
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
    series: str | None = Field(None, description="The body that meets again: /s/{series}.")
    led: bool = Field(False, strict=True, description="Whether seats wait to be brought up.")


class Slip(Body):
    minutes: int = Field(strict=True, description="1 or 5.")
    from_ms: int = Field(strict=True, description="The start it is moved from: `starts_at_ms`.")


class NewStart(Body):
    starts_at: datetime = Field(description="ISO 8601, with an offset from UTC.")


class Cancel(Body):
    confirm: bool = Field(False, strict=True, description="Within a minute of being asked.")


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


class Led(Body):
    led: bool = Field(strict=True, description="Whether seats wait to be brought up.")


class Muted(Body):
    on: bool = Field(strict=True)


class Side(Body):
    side: str | None = Field(max_length=TEXT_CHARS_MAX, description="null: speaks for none.")


class NewBudget(Body):
    side: str | None = Field(
        None, max_length=TEXT_CHARS_MAX, description="Left out: each person by themselves."
    )
    seconds: int | None = Field(strict=True, description="null: no bound.")
    enforced: bool = Field(False, strict=True, description="Whether it ends with a fade.")


class NewHand(Body):
    reason: str | None = Field(None, max_length=TEXT_CHARS_MAX)


class FloorHand(Body):
    name: str | None = Field(
        None, max_length=TEXT_CHARS_MAX, description="Of somebody without a pass; they get one."
    )
    reason: str | None = Field(None, max_length=TEXT_CHARS_MAX)


class Call(Body):
    seat: str | None = Field(None, description="Left out: the next that is free.")


class Charge(Body):
    role: Role
    to: str | None = Field(None, description="Left out: whoever asks.")


class RundownItem(Body):
    item: str = Field(max_length=TEXT_CHARS_MAX)
    kind: Kind
    title: str = Field(max_length=TEXT_CHARS_MAX)
    planned_ms: int = Field(strict=True)


class NewRundown(Body):
    items: list[RundownItem] = Field(max_length=ITEMS_MAX)


class PreparedSounds(Body):
    """Each "" for none, "built-in", or the SHA-256 of an uploaded file."""

    opening: str = Field("built-in", max_length=TEXT_CHARS_MAX)
    pause: str = Field("built-in", max_length=TEXT_CHARS_MAX)
    closing: str = Field("built-in", max_length=TEXT_CHARS_MAX)
    tone: str = Field("built-in", max_length=TEXT_CHARS_MAX)


class NewCaption(Body):
    text: str = Field(max_length=TEXT_CHARS_MAX)
    id: str | None = Field(None, description="The caller's name for it: sent again, it is one.")
    at_ms: int | None = Field(None, strict=True, description="When it was said. Left out: now.")


class Intended(Body):
    on: bool = Field(strict=True)


class OwnerToken(Body):
    token: str = Field(max_length=TEXT_CHARS_MAX)
