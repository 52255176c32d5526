"""A post's text into increments, each so short that it fits the facts of a part beside the voices.

Cut at spaces; inside a word only where it alone is too long, as whole lines of Chinese are, and
then between what readers take for characters (near enough to Unicode Annex 29, without its tables).
"""

import unicodedata

INCREMENT_BYTES_MAX = 36
"""Of UTF-8, as JSON escapes it (spec/live.md, "Captions")."""

JOINER, NON_JOINER = "\u200d", "\u200c"
"""Persian, the scripts of India and emoji need them; all else that does not print is left out."""


def clean(text: str) -> str:
    """One line of what prints. Empty where nothing does."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    kept = "".join(c for c in line if c.isprintable() or c in (JOINER, NON_JOINER))
    line = " ".join(kept.split())
    return line if any(c.isprintable() and c != " " for c in line) else ""


def cut(text: str) -> list[int]:
    """Where each increment of a clean text and a space ends. None but the last is in the middle of
    a word without need, and none begins with a space."""
    whole, ends = text + " ", [0]
    while ends[-1] < len(whole):
        ends.append(_end(whole, ends[-1]))
    return ends[1:]


def _end(whole: str, start: int) -> int:
    room, at = INCREMENT_BYTES_MAX, start
    word = character = 0
    while at < len(whole) and (room := room - _bytes(whole[at])) >= 0:
        at += 1
        if whole[at - 1] == " ":
            word = at
        elif at < len(whole) and whole[at] != " " and not _holds_together(whole, at, start):
            character = at
    if at == len(whole):
        return at
    # Signs piled on one letter without end are no character of anybody's.
    return word or character or (at - 1 if whole[at] == " " else at)


def _bytes(char: str) -> int:
    return len(char.encode()) + (char in '"\\')


def _holds_together(whole: str, at: int, start: int) -> bool:
    """Whether what stands before `at` and what stands there are one character to a reader."""
    before, after = whole[at - 1], whole[at]
    if before == JOINER or after in (JOINER, NON_JOINER) or _is_skin(after):
        return True
    if (
        unicodedata.category(after) in ("Mn", "Mc", "Me")
        or unicodedata.combining(before) == _VIRAMA
    ):
        return True
    flags = 0
    while at - 1 - flags >= start and _is_regional(whole[at - 1 - flags]):
        flags += 1
    return _is_regional(after) and flags % 2 == 1


_VIRAMA = 9


def _is_skin(char: str) -> bool:
    return "\U0001f3fb" <= char <= "\U0001f3ff"


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
