"""Names of things: halls, seats, people, lines, parts. Checked once, where they come in.

Nothing here makes an id; that takes entropy (desk/invitations.py).
"""

import re
from typing import NewType

from hustings.domain.refusals import Refused

HallId = NewType("HallId", str)
SeatId = NewType("SeatId", str)
PersonId = NewType("PersonId", str)
LineId = NewType("LineId", str)

EVERY_HALL = HallId("*")
"""What an owner's pass is for."""

CLOCK = PersonId("clock")
"""Who did it, where an announced time was reached and nobody needed to."""

BACKSTAGE = "backstage"
"""No seat: whoever runs the hall has a line there (spec/live.md)."""

PART_MS = 240
"""A part is named by its place on the grid, counted in these since the Unix epoch."""

HALL_CHARS_MAX = 40
SEAT_CHARS_MAX = 12
PERSON_RANDOM_CHARS = 16
NAME_CHARS_MAX = 80

SLUG = r"[a-z0-9](-?[a-z0-9])*"

_SLUG = re.compile(SLUG)
_PERSON = re.compile(r"p_[a-z0-9]{16}")


def hall_id(text: str) -> HallId:
    if len(text) <= HALL_CHARS_MAX and _SLUG.fullmatch(text):
        return HallId(text)
    raise Refused(
        "field_invalid",
        f"hall: at most {HALL_CHARS_MAX} of a-z, 0-9 and single hyphens between them.",
    )


def seat_id(text: str) -> SeatId:
    if text == BACKSTAGE:
        raise Refused("field_invalid", f"seat: {BACKSTAGE} is the way in for who runs the hall.")
    if len(text) <= SEAT_CHARS_MAX and _SLUG.fullmatch(text):
        return SeatId(text)
    raise Refused(
        "field_invalid",
        f"seat: at most {SEAT_CHARS_MAX} of a-z, 0-9 and single hyphens between them.",
    )


def is_person(text: str) -> bool:
    return _PERSON.fullmatch(text) is not None


def person_name(text: str) -> str:
    """A name as it will be shown: trimmed, one line, printable."""
    name = " ".join(text.split())
    if name and len(name) <= NAME_CHARS_MAX and name.isprintable():
        return name
    raise Refused("field_invalid", f"name: 1 to {NAME_CHARS_MAX} printable characters.")
