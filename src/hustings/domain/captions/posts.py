"""Posts of captions: numbered, given a part each increment belongs to, written once.

Parts are handed out in order and at reading pace, so that every stage carries the same increment in
the same part, and no two meet in one. What is posted faster waits, up to a bound.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from hustings.domain import events as ev
from hustings.domain.captions.cues import Increment
from hustings.domain.captions.cut import clean, cut
from hustings.domain.ids import PART_MS, PersonId
from hustings.domain.life import State
from hustings.domain.refusals import Refused
from hustings.domain.wishes import By, Say

CAPTIONED = frozenset({State.DOORS, State.LIVE, State.PAUSED})
TEXT_CHARS_MAX = 400
PACE_CHARS_PER_S = 40
AHEAD_MS_MAX = 30_000
SAID_BEFORE_MS, SAID_AFTER_MS = 30_000, 5_000
KNOWN_POSTS = 64
"""So many last ones are known again by their key."""
PAGE_POSTS = 256

_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class Post:
    no: int
    """Of its first increment."""
    parts: tuple[int, ...]
    ends: tuple[int, ...]
    early: int
    """How many parts before it is carried it was said."""
    key: str | None
    person: PersonId
    text: str | None

    @classmethod
    def of(cls, given: ev.CaptionGiven) -> "Post":
        key, person, text = given.key, given.person, given.text
        return cls(given.no, given.parts, given.ends, given.early, key, person, text)

    def increments(self) -> list[Increment]:
        """As they are carried; none once the text is erased."""
        if self.text is None:
            return []
        whole = self.text + " "
        texts = [whole[a:b] for a, b in pairwise((0, *self.ends))]
        return [
            Increment(self.no + n, part, text)
            for n, (part, text) in enumerate(zip(self.parts, texts, strict=True))
        ]


@dataclass(frozen=True)
class Captions:
    next_no: int = 1
    next_part: int = 0
    """The first that is free."""
    next_said: int = 0
    first_live: int | None = None
    """The first part of the live hall, as far as the log knows."""
    pages: tuple[tuple[Post, ...], ...] = ()
    """Every post, in pages: to write one more costs the same at the end of a long evening."""

    def latest(self) -> Iterator[Post]:
        """Newest first."""
        return (post for page in reversed(self.pages) for post in reversed(page))

    def said(self) -> list[Increment]:
        """All of the live hall, where they were said. The part it began in counts for the first."""
        first = self.first_live
        return [
            Increment(one.no, max(one.part - post.early, first), one.text)
            for page in self.pages
            for post in page
            for one in post.increments()
            if first is not None and one.part - post.early >= first - 1
        ]


def say(captions: Captions, wish: Say, *, by: By, now_ms: int) -> list[ev.Event]:
    """Again with the same key grants nothing."""
    if wish.key is not None and not _KEY.fullmatch(wish.key):
        raise Refused("field_invalid", "id: 1 to 40 of A-Z, a-z, 0-9, _ and -.")
    if find(captions, by.person, wish.key) is not None:
        return []
    text = clean(wish.text)
    if not 1 <= len(text) <= TEXT_CHARS_MAX:
        raise Refused("field_invalid", f"text: 1 to {TEXT_CHARS_MAX} printable characters.")
    at_ms = now_ms if wish.at_ms is None else wish.at_ms
    if not now_ms - SAID_BEFORE_MS <= at_ms <= now_ms + SAID_AFTER_MS:
        raise Refused("field_invalid", "at_ms: from 30 s before now to 5 s after.")
    first = max(at_ms // PART_MS, now_ms // PART_MS, captions.next_part)
    if (first - now_ms // PART_MS) * PART_MS > AHEAD_MS_MAX:
        raise Refused("captions_ahead")
    ends = cut(text)
    parts = [first]
    for start, end in pairwise((0, *ends[:-1])):
        parts.append(parts[-1] + _pace(end - start))
    said = max(at_ms // PART_MS, captions.next_said)
    return [
        ev.CaptionGiven(
            no=captions.next_no,
            parts=tuple(parts),
            ends=tuple(ends),
            early=first - said,
            key=wish.key,
            person=by.person,
            text=text,
            by=by.person,
            at_ms=now_ms,
        )
    ]


def find(captions: Captions, person: PersonId, key: str | None) -> Post | None:
    """The post that this person gave this key lately."""
    known = islice(captions.latest(), KNOWN_POSTS) if key is not None else ()
    return next((post for post in known if (post.person, post.key) == (person, key)), None)


def since(captions: Captions, part: int) -> list[Increment]:
    """What is carried from this part on, in order."""
    posts: list[Post] = []
    for post in captions.latest():
        if post.parts[-1] < part:
            break
        posts.insert(0, post)
    return [one for post in posts for one in post.increments() if one.part >= part]


def begins(captions: Captions, at_ms: int) -> Captions:
    """The hall goes live; a postponed one began before."""
    if captions.first_live is not None:
        return captions
    return replace(captions, first_live=-(-at_ms // PART_MS))


def evolve(captions: Captions, event: ev.Event) -> Captions:
    match event:
        case ev.CaptionGiven():
            return _kept(captions, event)
        case ev.PersonErased(person=person):
            blank = tuple(tuple(_without(post, person) for post in p) for p in captions.pages)
            return replace(captions, pages=blank) if blank != captions.pages else captions
    return captions


def _kept(captions: Captions, given: ev.CaptionGiven) -> Captions:
    post = Post.of(given)
    *before, last = captions.pages or ((),)
    full = len(last) == PAGE_POSTS
    pages = (*before, last, (post,)) if full else (*before, (*last, post))
    start = given.ends[-2] if len(given.ends) > 1 else 0
    next_part = given.parts[-1] + _pace(given.ends[-1] - start)
    next_no, next_said = given.no + len(given.parts), next_part - given.early
    return Captions(next_no, next_part, next_said, captions.first_live, pages)


def _without(post: Post, person: PersonId) -> Post:
    return replace(post, text=None) if post.person == person else post


def _pace(chars: int) -> int:
    """How many parts so many characters take to be read along."""
    return max(1, -(-chars * 1000 // PACE_CHARS_PER_S // PART_MS))
