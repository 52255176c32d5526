"""One hall's recording while it is made: which parts belong to it, which are wanted, when it ends.

No clock: `beat` comes once a second. What it keeps is behind `Keeper`, whose OSError stops the
recording and is told; nothing here is ever waited for by the sound.
"""

import errno
from dataclasses import dataclass
from typing import Any, Protocol

from hustings.parts.stream import Part

RECORDED = frozenset({"live", "paused"})
KEPT_PARTS = 125
"""How far back a stage and an edge can be asked: 30 s."""
LEAP_PARTS = 360_000
"""Nobody pauses the clock for a day: a number from further on is a fault of somebody's."""
QUIET_BEATS = 3
"""An ended hall that sent nothing for so long has sent all."""
OVER_BEATS = 10
"""So long after the end nothing is waited for any more."""
MENDED_BEATS = 60
"""So long after the end nothing more is mended: longer than a stage takes, and its air delay."""
DEAF_BEATS = 5
"""A hall that is on and of which nothing comes for so long is not being recorded."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Keeper(Protocol):
    bytes: int

    def load(self) -> set[int]: ...

    def append(self, part: Part) -> None: ...

    def mend(self, part: Part) -> None: ...


@dataclass(frozen=True)
class Beat:
    """What a second brought: whether to ask all sources anew, to ask others too, or to finish."""

    ask_anew: bool = False
    ask_others: bool = False
    finish: bool = False


class Recording:
    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._have = keeper.load()
        self._seen = set(self._have)
        self._first = min(self._have, default=None)
        self._newest = max(self._have, default=None)
        self._mended: dict[int, int] = {}
        """What parts that were mended still lack."""
        self._quiet = self._over = 0
        self._came = False
        self.stopped = ""
        """Why it does not go on, in a word; empty while it does."""

    @property
    def next(self) -> int | None:
        """The first that is not here and can still be had, also from before what is here."""
        return None if self._newest is None else self._lacks(self._newest - KEPT_PARTS + 1)

    @property
    def hole(self) -> int | None:
        """The first that is missing in what is here and can still be had."""
        if self._first is None or self._newest is None:
            return None
        lacks = self._lacks(max(self._first, self._newest - KEPT_PARTS + 1))
        return lacks if lacks <= self._newest else None

    @property
    def missing(self) -> int:
        if self._first is None or self._newest is None:
            return 0
        return sum(no not in self._seen for no in range(self._first, self._newest + 1))

    def take(self, part: Part) -> None:
        if part.no in self._seen or self._is_a_leap(part.no):
            return
        self._quiet, self._came = 0, True
        if part.state not in RECORDED:
            self._seen.add(part.no)
            return
        self._first = part.no if self._first is None else min(self._first, part.no)
        self._newest = part.no if self._newest is None else max(self._newest, part.no)
        if self.stopped:
            return
        try:
            self._keeper.append(part)
        except OSError as error:
            self.stopped = "disk_full" if error.errno in FULL else "disk_unwritable"
            return
        self._have.add(part.no)
        self._seen.add(part.no)

    def mend(self, part: Part) -> bool:
        """Take a part that a stage made again because it had lacked something, where it lacks less
        than one from elsewhere. Raises OSError where it cannot be kept; the recording goes on."""
        first, newest = self._first, self._newest
        known = first is not None and newest is not None and first <= part.no <= newest
        lacks = self._mended.get(part.no)
        better = lacks is None or part.lacks < lacks
        if self.stopped or not known or not better or part.state not in RECORDED:
            return False
        self._keeper.mend(part)
        self._mended[part.no] = part.lacks
        self._have.add(part.no)
        self._seen.add(part.no)
        return True

    def beat(
        self, *, on: bool, ended: bool, room: bool, delay_s: int = 0, settled: bool = True
    ) -> Beat:
        """`on`: the hall is live or paused. `room`: there is enough of it on the disk.
        `delay_s`: so long after the end what was said before it still comes. `settled`: nothing is
        to be mended any more."""
        self._quiet += 1
        self._over += ended
        # A disk that was full is tried again as soon as there is room; so is one that failed.
        resumed = bool(self.stopped) and room
        self.stopped = "" if room else "disk_full"
        deaf = self._quiet >= 2 and (on or ended)
        over = self._over - delay_s
        said_all = self._came and self._quiet >= QUIET_BEATS and over >= QUIET_BEATS
        return Beat(
            ask_anew=resumed,
            ask_others=deaf or self.hole is not None,
            finish=ended and (said_all or over >= OVER_BEATS) and (settled or over >= MENDED_BEATS),
        )

    def told(self, *, on: bool) -> dict[str, Any]:
        """How it stands, for those backstage."""
        deaf = on and self._quiet >= DEAF_BEATS
        reason = self.stopped or ("no_sound" if deaf else "")
        state = "stopped" if reason else "recording" if on or self._have else "none"
        return {
            "state": state,
            "reason": reason,
            "bytes": self._keeper.bytes,
            "missing": self.missing,
        }

    def _lacks(self, first: int) -> int:
        no = max(0, first)
        while no in self._seen:
            no += 1
        return no

    def _is_a_leap(self, no: int) -> bool:
        return self._newest is not None and abs(no - self._newest) > LEAP_PARTS
