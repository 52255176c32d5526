"""What somebody writes of what is said."""

from dataclasses import dataclass
from typing import ClassVar

from hustings.domain.events.base import Event, personal
from hustings.domain.ids import PersonId


@dataclass(frozen=True, kw_only=True)
class CaptionGiven(Event):
    """A post of captions, cut into increments.

    `no`: the number of its first increment. `parts`: the part that carries each. `ends`: where in
    `text` and a space each ends. `early`: how many parts before that it was said. `key`: the
    writer's own name for this post.
    """

    KIND: ClassVar[str] = "caption_given"
    no: int
    parts: tuple[int, ...]
    ends: tuple[int, ...]
    early: int
    key: str | None
    person: PersonId
    text: str | None = personal()
