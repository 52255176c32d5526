"""What can have happened in a hall: the words of the log.

Each event is a kind, a version and fields; a field marked `personal` never enters the hash chain
itself, only a salted commitment to it does, and its text can be erased. Once released, a kind and
version never change meaning; a new meaning is a new version. How events are chained and kept is
not known here.
"""

from dataclasses import fields

from hustings.domain.events.base import Event, personal
from hustings.domain.events.captions import CaptionGiven
from hustings.domain.events.floor import (
    BroughtUp,
    BudgetSet,
    ConsentGiven,
    FloorLed,
    HandCalled,
    HandLowered,
    HandRaised,
    LineDown,
    LineProven,
    LineUp,
    NoiseSuppressed,
    SeatFreed,
    SeatGiven,
    SeatMuted,
    SideTaken,
    TakenDown,
    TalkCounted,
)
from hustings.domain.events.life import (
    CancelAsked,
    HallCreated,
    HallMoved,
    HallPostponed,
    HallSlipped,
    RecordingSet,
    SeriesSet,
)
from hustings.domain.events.people import (
    ChargeTaken,
    PassGiven,
    PassRevoked,
    PersonErased,
    PersonInvited,
)
from hustings.domain.events.show import (
    AirDelaySet,
    AirNoted,
    Dumped,
    RundownMoved,
    RundownSet,
    SilenceIntended,
    SoundsSet,
)

KINDS: dict[tuple[str, int], type[Event]] = {
    (kind.KIND, kind.VERSION): kind
    for kind in (
        HallCreated,
        HallMoved,
        HallSlipped,
        HallPostponed,
        CancelAsked,
        SeriesSet,
        RecordingSet,
        PersonInvited,
        PassGiven,
        PassRevoked,
        PersonErased,
        ChargeTaken,
        SeatGiven,
        SeatFreed,
        ConsentGiven,
        LineUp,
        LineDown,
        LineProven,
        FloorLed,
        BroughtUp,
        TakenDown,
        SeatMuted,
        NoiseSuppressed,
        SideTaken,
        BudgetSet,
        TalkCounted,
        HandRaised,
        HandLowered,
        HandCalled,
        RundownSet,
        RundownMoved,
        SoundsSet,
        SilenceIntended,
        AirDelaySet,
        Dumped,
        AirNoted,
        CaptionGiven,
    )
}


def personal_fields(kind: type[Event]) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.metadata.get("personal"))


__all__ = [
    "KINDS",
    "AirDelaySet",
    "AirNoted",
    "BroughtUp",
    "BudgetSet",
    "CancelAsked",
    "CaptionGiven",
    "ChargeTaken",
    "ConsentGiven",
    "Dumped",
    "Event",
    "FloorLed",
    "HallCreated",
    "HallMoved",
    "HallPostponed",
    "HallSlipped",
    "HandCalled",
    "HandLowered",
    "HandRaised",
    "LineDown",
    "LineProven",
    "LineUp",
    "NoiseSuppressed",
    "PassGiven",
    "PassRevoked",
    "PersonErased",
    "PersonInvited",
    "RecordingSet",
    "RundownMoved",
    "RundownSet",
    "SeatFreed",
    "SeatGiven",
    "SeatMuted",
    "SeriesSet",
    "SideTaken",
    "SilenceIntended",
    "SoundsSet",
    "TakenDown",
    "TalkCounted",
    "personal",
    "personal_fields",
]
