"""Captions: what somebody writes of what is said. Posts, their increments, and cues made of them.

Not here: who recognises speech (nobody does), and where an increment is carried (the stages know).
"""

from hustings.domain.captions.cues import Cue, Increment, cues, webvtt
from hustings.domain.captions.cut import clean
from hustings.domain.captions.posts import (
    CAPTIONED,
    TEXT_CHARS_MAX,
    Captions,
    Post,
    begins,
    evolve,
    find,
    say,
    since,
)

__all__ = [
    "CAPTIONED",
    "TEXT_CHARS_MAX",
    "Captions",
    "Cue",
    "Increment",
    "Post",
    "begins",
    "clean",
    "cues",
    "evolve",
    "find",
    "say",
    "since",
    "webvtt",
]
