"""Parts of one hall, in the order of their numbers, into segments: the grid never shifts.

A part that no stage has any more is a hole, and a hole is silence. The first segment is the first
that can be made whole, so that two packagers agree from their first byte on. No clock: `handle`
takes what came, `poll` gives LL-HLS parts until there are no more.
"""

from collections import deque

from hustings.packager.segment import LlPart, Segment
from hustings.parts.grid import SEGMENT_PARTS
from hustings.parts.stream import Part

LEAP_PARTS = 12 * SEGMENT_PARTS
"""No hole is longer: past a minute all that players hold is gone, and the rendition begins anew."""
JUST_BEGUN_PARTS = 8
"""A hall whose state began so shortly before its first part had no programme before."""


class Order:
    def __init__(self) -> None:
        self._waiting: dict[int, Part] = {}
        self._next: int | None = None
        self._segment: Segment | None = None
        self._coming: Segment | None = None
        self._out: deque[LlPart] = deque()
        self._ended = False
        self.holes = 0

    @property
    def next(self) -> int | None:
        """The part that is wanted next."""
        return self._next

    def handle(self, part: Part) -> None:
        if self._next is None or part.no >= self._next + LEAP_PARTS:
            self._begin(part)
        if self._next is not None and part.no >= self._next:
            self._waiting[part.no] = part
        self._advance()

    def end(self) -> None:
        """Nothing more will come: fill the segment that was begun."""
        if self._ended or self._next is None or self._segment is None:
            return
        self._ended = True
        last = max((self._next - 1, *self._waiting))
        after = last - last % SEGMENT_PARTS + SEGMENT_PARTS
        while self._next <= after:
            self._consume(self._waiting.pop(self._next, None))

    def poll(self) -> LlPart | None:
        return self._out.popleft() if self._out else None

    def _begin(self, part: Part) -> None:
        segment = part.no // SEGMENT_PARTS
        just_begun = part.since is not None and 0 <= part.no - part.since <= JUST_BEGUN_PARTS
        if not just_begun:
            # The first whose part before is here.
            segment = (part.no + SEGMENT_PARTS) // SEGMENT_PARTS
        self._waiting.clear()
        self._segment = self._coming = None
        self._next = segment * SEGMENT_PARTS - 1

    def _advance(self) -> None:
        while self._waiting and self._next is not None:
            part = self._waiting.pop(self._next, None)
            if part is None and self._segment:
                self.holes += 1
            self._ended = self._ended and part is None
            self._consume(part)

    def _consume(self, part: Part | None) -> None:
        assert self._next is not None
        no, self._next = self._next, self._next + 1
        if self._segment:
            self._out.extend(self._segment.take(part))
        if no % SEGMENT_PARTS == SEGMENT_PARTS - 1:
            self._coming = Segment(no // SEGMENT_PARTS + 1)
            self._coming.take(part)
        elif no % SEGMENT_PARTS == 0:
            # The one before had this as what it looks ahead to.
            self._segment, self._coming = self._coming, None
            assert self._segment is not None
            self._segment.take(part)
