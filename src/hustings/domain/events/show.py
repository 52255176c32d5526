"""What the crowd is given besides voices: the plan of the evening, prepared sounds, silence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from hustings.domain.events.base import Event


@dataclass(frozen=True, kw_only=True)
class RundownSet(Event):
    """The whole plan: `item`, `kind`, `title`, `planned_ms` of each piece, in order."""

    KIND: ClassVar[str] = "rundown_set"
    items: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class RundownMoved(Event):
    """This piece is on now."""

    KIND: ClassVar[str] = "rundown_moved"
    item: str


@dataclass(frozen=True, kw_only=True)
class SoundsSet(Event):
    """What is played where nobody speaks: each empty, "built-in", or the SHA-256 of a file."""

    KIND: ClassVar[str] = "sounds_set"
    opening: str
    pause: str
    closing: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class SilenceIntended(Event):
    KIND: ClassVar[str] = "silence_intended"
    on: bool


@dataclass(frozen=True, kw_only=True)
class AirDelaySet(Event):
    """How long what is said waits before the crowd hears it; 0 for not at all."""

    KIND: ClassVar[str] = "air_delay_set"
    delay_ms: int


@dataclass(frozen=True, kw_only=True)
class Dumped(Event):
    """What was said from `from_ms` up to `to_ms` is not heard: somebody took it out in time."""

    KIND: ClassVar[str] = "dumped"
    from_ms: int
    to_ms: int


@dataclass(frozen=True, kw_only=True)
class AirNoted(Event):
    """What a stage found on the air: `voiced`, `quiet` for 5 s, or `covered` after 20 s of that."""

    KIND: ClassVar[str] = "air_noted"
    air: str
    part_no: int
