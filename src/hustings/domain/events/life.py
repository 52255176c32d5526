"""The life of a hall: made, moved through its evening, slipped, postponed, called off."""

from dataclasses import dataclass
from typing import ClassVar

from hustings.domain.events.base import Event
from hustings.domain.ids import HallId


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
class HallSlipped(Event):
    """The start was moved back by a few minutes; everyone waits on."""

    KIND: ClassVar[str] = "hall_slipped"
    starts_at_ms: int
    by_ms: int


@dataclass(frozen=True, kw_only=True)
class HallPostponed(Event):
    """The hall is announced anew, at the same address. Who has a good pass keeps a good pass."""

    KIND: ClassVar[str] = "hall_postponed"
    starts_at_ms: int
    passes_until_ms: int


@dataclass(frozen=True, kw_only=True)
class CancelAsked(Event):
    """Somebody was told how many are waiting, and asked whether they mean it."""

    KIND: ClassVar[str] = "cancel_asked"
    waiting: int


@dataclass(frozen=True, kw_only=True)
class SeriesSet(Event):
    """The body that meets again, whose permanent address leads here too."""

    KIND: ClassVar[str] = "series_set"
    series: HallId


@dataclass(frozen=True, kw_only=True)
class RecordingSet(Event):
    """Whether this hall is to be recorded. Not before it is said."""

    KIND: ClassVar[str] = "recording_set"
    on: bool
