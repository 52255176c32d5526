"""Which of a hall's stages is listened to, as crates/media/src/feed/choice.rs has it for edges.

Two encoders never give the same bytes, and a decoder that changes between them is heard: one stage
is stayed with, and left only when it broke, left a part out, or lets one wait that another has had
for a while. Then the other is stayed with. Out come parts in order, each once. No clock.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from hustings.parts.stream import Part

PATIENCE_MS = 250
KEPT_PARTS = 125
CLOSE_PARTS = 4
"""Stages whose first parts are so close go back equally far: all begin with the same one."""


@dataclass
class _Source:
    """One stage since it was last connected."""

    first: int | None = None
    passed: int | None = None
    waiting: dict[int, tuple[int, Part]] = field(default_factory=dict)


class Choice:
    def __init__(self) -> None:
        self._sources: dict[str, _Source] = {}
        self._out: deque[Part] = deque()
        self._next: int | None = None
        self._began_ms: int | None = None
        self.active: str | None = None
        self.changes = 0

    @property
    def next(self) -> int | None:
        """The part that is handed on next."""
        return self._next

    def sources(self, names: Iterable[str]) -> None:
        """Those there are; others are forgotten."""
        self._sources = {name: self._sources.get(name, _Source()) for name in names}
        if self.active not in self._sources:
            self.active = self._furthest()

    def handle(self, part: Part, source: str, now_ms: int) -> None:
        sent = self._sources.get(source)
        if sent is None:
            return
        sent.first = part.no if sent.first is None else sent.first
        sent.passed = max(part.no, sent.passed or 0)
        if self._next is None or part.no >= self._next:
            sent.waiting.setdefault(part.no, (now_ms, part))
        while len(sent.waiting) > KEPT_PARTS:
            del sent.waiting[min(sent.waiting)]
        self.tick(now_ms)

    def broke(self, source: str, now_ms: int) -> None:
        if source in self._sources:
            self._sources[source] = _Source()
        if self.active == source and (other := self._furthest()) is not None:
            self._change(other)
        self.tick(now_ms)

    def tick(self, now_ms: int) -> None:
        """Nothing but the time."""
        if self._next is None:
            self._begin(now_ms)
        while self._next is not None and self._step(self._next, now_ms):
            pass

    def poll(self) -> Part | None:
        return self._out.popleft() if self._out else None

    def _change(self, name: str) -> None:
        self.active, self.changes = name, self.changes + 1

    def _furthest(self) -> str | None:
        passed = [(s.passed, name) for name, s in self._sources.items() if s.passed is not None]
        return max(passed)[1] if passed else None

    def _begin(self, now_ms: int) -> None:
        """With whoever goes back furthest: a stage that has just been started has the least."""
        firsts = [(s.first, name) for name, s in self._sources.items() if s.first is not None]
        if not firsts:
            return
        self._began_ms = now_ms if self._began_ms is None else self._began_ms
        if len(firsts) == len(self._sources) or now_ms >= self._began_ms + PATIENCE_MS:
            least, _ = min(firsts)
            close = [(name, first) for first, name in firsts if first <= least + CLOSE_PARTS]
            self.active, self._next = min(close)
            for source in self._sources.values():
                for no in [no for no in source.waiting if no < self._next]:
                    del source.waiting[no]

    def _step(self, no: int, now_ms: int) -> bool:
        """Hand on, change or leap; false where there is only to wait."""
        active = self._sources.get(self.active or "")
        if active and no in active.waiting:
            self._out.append(active.waiting[no][1])
            self._next = no + 1
            for source in self._sources.values():
                source.waiting.pop(no, None)
            return True
        having = [(s.waiting[no][0], n) for n, s in self._sources.items() if no in s.waiting]
        if having:
            came_ms, name = min(having)
            left_out = active is None or (active.passed is not None and active.passed > no)
            if left_out or now_ms >= came_ms + PATIENCE_MS:
                self._change(name)
                return True
            return False
        return self._leap(no, now_ms)

    def _leap(self, no: int, now_ms: int) -> bool:
        """Over a hole, once nobody can have the part or it was waited for."""
        after = [kept for s in self._sources.values() for kept in s.waiting.values()]
        if not after:
            return False
        passed = all(s.passed is None or s.passed > no for s in self._sources.values())
        if passed or now_ms >= min(came_ms for came_ms, _ in after) + PATIENCE_MS:
            self._next = min(part.no for _, part in after)
            return True
        return False
