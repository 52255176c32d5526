"""The floor: who may be heard. Seats and lines, hands, who is on air, the time each has spoken.

Not here: what somebody is called (people.py), what a line measures (the stage does).
"""

from hustings.domain.floor.floor import (
    SEATS_MAX,
    Budget,
    Floor,
    Hand,
    Seat,
    evolve,
    is_proven,
    lines_of,
    on_air,
    seats_of,
)

__all__ = [
    "SEATS_MAX",
    "Budget",
    "Floor",
    "Hand",
    "Seat",
    "evolve",
    "is_proven",
    "lines_of",
    "on_air",
    "seats_of",
]
