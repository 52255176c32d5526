"""Increments as cues, and cues as WebVTT (spec/live.md, "Captions").

One rule for the evening's file, for the one beside a recording, and (in crates/media/src/edge) for
HLS: rows fill and roll up. Times are parts here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hustings.domain.ids import PART_MS

ROW_CHARS = 37
ROWS = 3
HOLD_PARTS = 25
"""6 s: three rows can be read in that."""


@dataclass(frozen=True, slots=True)
class Increment:
    no: int
    part: int
    text: str


@dataclass(frozen=True)
class Cue:
    """What is shown from one part up to, not with, another; named by the increment that made it."""

    no: int
    start: int
    end: int
    rows: tuple[str, ...]


def cues(increments: Iterable[Increment]) -> list[Cue]:
    """Of increments in order."""
    made: list[Cue] = []
    rows: tuple[str, ...] = ()
    for one in increments:
        if made and one.part < made[-1].end:
            last = made.pop()
            made += [Cue(last.no, last.start, one.part, last.rows)] if last.start < one.part else []
        else:
            rows = ()
        rows = _on(rows, one.text)
        made.append(Cue(one.no, one.part, one.part + HOLD_PARTS, rows))
    return made


def _on(rows: tuple[str, ...], text: str) -> tuple[str, ...]:
    if rows and len((rows[-1] + text).rstrip(" ")) <= ROW_CHARS:
        return (*rows[:-1], rows[-1] + text)
    return (*rows, text)[-ROWS:]


def webvtt(made: Iterable[Cue], first: int) -> str:
    """W3C WebVTT, times counted from the part `first`."""
    return "WEBVTT\n" + "".join(
        f"\n{cue.no}\n{_time(cue.start - first)} --> {_time(cue.end - first)}\n{_shown(cue)}\n"
        for cue in made
    )


def _shown(cue: Cue) -> str:
    text = "\n".join(row.rstrip(" ") for row in cue.rows)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time(parts: int) -> str:
    ms = parts * PART_MS
    seconds, minutes, hours = ms // 1000 % 60, ms // 60_000 % 60, ms // 3_600_000
    return f"{hours:02}:{minutes:02}:{seconds:02}.{ms % 1000:03}"
