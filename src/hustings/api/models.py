"""The bodies of requests. Bounds beyond type and size are the domain's to hold; here they are told.

What is told goes into the OpenAPI document, so that a program can know before it asks.
"""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from hustings.desk.invitations import PASS_HOURS, PASS_HOURS_RANGE
from hustings.domain.floor.air import BUDGET_MS
from hustings.domain.hall import WINDOW_MS as WINDOWS_MS
from hustings.domain.ids import HALL_CHARS_MAX, SEAT_CHARS_MAX, SLUG
from hustings.domain.life import SLIP_MINUTES
from hustings.domain.plan import AIR_DELAY_MS, ITEM, ITEMS_MAX, PLANNED_MS, SHA256, Kind
from hustings.domain.roles import Role

TEXT_CHARS_MAX = 400
WINDOW_MS = 600
BUDGET_S = range(BUDGET_MS[0] // 1000, BUDGET_MS[-1] // 1000 + 1)


def _within(bounds: range) -> Any:
    return {"minimum": bounds[0], "maximum": bounds[-1]}


HALL: Any = {"pattern": f"^{SLUG}$", "maxLength": HALL_CHARS_MAX}
SEAT: Any = {"pattern": f"^{SLUG}$", "maxLength": SEAT_CHARS_MAX}
SOUND: Any = {"pattern": f"^(built-in|{SHA256})?$"}


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewHall(Body):
    title: str = Field(max_length=TEXT_CHARS_MAX)
    hall: str | None = Field(
        None,
        max_length=TEXT_CHARS_MAX,
        description="Its address. Made of the title where left out.",
        json_schema_extra=HALL,
    )
    starts_at: datetime | None = Field(None, description="ISO 8601, with an offset from UTC.")
    window_ms: int = Field(
        WINDOW_MS,
        strict=True,
        description="Repair window of its speakers.",
        json_schema_extra=_within(WINDOWS_MS),
    )
    air_delay_ms: int = Field(
        0,
        strict=True,
        description="How long what is said waits before the crowd hears it.",
        json_schema_extra=_within(AIR_DELAY_MS),
    )
    record: bool = Field(False, strict=True, description="Whether it is recorded.")
    series: str | None = Field(
        None,
        max_length=TEXT_CHARS_MAX,
        description="The body that meets again: /s/{series}.",
        json_schema_extra=HALL,
    )
    led: bool = Field(False, strict=True, description="Whether seats wait to be brought up.")


class Slip(Body):
    minutes: int = Field(strict=True, json_schema_extra={"enum": list(SLIP_MINUTES)})
    from_ms: int = Field(strict=True, description="The start it is moved from: `starts_at_ms`.")


class NewStart(Body):
    starts_at: datetime = Field(description="ISO 8601, with an offset from UTC.")


class Cancel(Body):
    confirm: bool = Field(False, strict=True, description="Within a minute of being asked.")


class RecordIt(Body):
    on: bool = Field(strict=True)


class NewSeat(Body):
    seat: str = Field(max_length=TEXT_CHARS_MAX, json_schema_extra=SEAT)
    name: str = Field(max_length=TEXT_CHARS_MAX)
    role: Role = Role.SPEAKER
    consent: bool = Field(False, strict=True, description="They agreed elsewhere to be recorded.")


class Consent(Body):
    seat: str | None = Field(
        None,
        max_length=TEXT_CHARS_MAX,
        description="Left out: the seat of the pass at hand.",
        json_schema_extra=SEAT,
    )


class NewPass(Body):
    role: Role
    name: str = Field(max_length=TEXT_CHARS_MAX)
    hours: int = Field(PASS_HOURS, strict=True, json_schema_extra=_within(PASS_HOURS_RANGE))


class Led(Body):
    led: bool = Field(strict=True, description="Whether seats wait to be brought up.")


class Muted(Body):
    on: bool = Field(strict=True)


class Suppressed(Body):
    on: bool = Field(strict=True)


class Side(Body):
    side: str | None = Field(max_length=TEXT_CHARS_MAX, description="null: speaks for none.")


class NewBudget(Body):
    side: str | None = Field(
        None, max_length=TEXT_CHARS_MAX, description="Left out: each person by themselves."
    )
    seconds: int | None = Field(
        strict=True, description="null: no bound.", json_schema_extra=_within(BUDGET_S)
    )
    enforced: bool = Field(False, strict=True, description="Whether it ends with a fade.")


class NewHand(Body):
    reason: str | None = Field(None, max_length=TEXT_CHARS_MAX)


class FloorHand(Body):
    name: str | None = Field(
        None, max_length=TEXT_CHARS_MAX, description="Of somebody without a pass; they get one."
    )
    reason: str | None = Field(None, max_length=TEXT_CHARS_MAX)


class Call(Body):
    seat: str | None = Field(
        None,
        max_length=TEXT_CHARS_MAX,
        description="Left out: the next that is free.",
        json_schema_extra=SEAT,
    )


class Charge(Body):
    role: Role
    to: str | None = Field(
        None, max_length=TEXT_CHARS_MAX, description="A person. Left out: whoever asks."
    )


class RundownItem(Body):
    item: str = Field(max_length=TEXT_CHARS_MAX, json_schema_extra={"pattern": f"^{ITEM}$"})
    kind: Kind
    title: str = Field(max_length=TEXT_CHARS_MAX)
    planned_ms: int = Field(strict=True, json_schema_extra=_within(PLANNED_MS))


class NewRundown(Body):
    items: list[RundownItem] = Field(max_length=ITEMS_MAX)


class PreparedSounds(Body):
    """Each "" for none, "built-in", or the SHA-256 of an uploaded file."""

    opening: str = Field("built-in", max_length=TEXT_CHARS_MAX, json_schema_extra=SOUND)
    pause: str = Field("built-in", max_length=TEXT_CHARS_MAX, json_schema_extra=SOUND)
    closing: str = Field("built-in", max_length=TEXT_CHARS_MAX, json_schema_extra=SOUND)
    tone: str = Field("built-in", max_length=TEXT_CHARS_MAX, json_schema_extra=SOUND)


class AirDelay(Body):
    delay_ms: int = Field(strict=True, json_schema_extra=_within(AIR_DELAY_MS))


class NewCaption(Body):
    text: str = Field(max_length=TEXT_CHARS_MAX)
    id: str | None = Field(None, description="The caller's name for it: sent again, it is one.")
    at_ms: int | None = Field(None, strict=True, description="When it was said. Left out: now.")


class Intended(Body):
    on: bool = Field(strict=True)


class OwnerToken(Body):
    token: str = Field(max_length=TEXT_CHARS_MAX)
