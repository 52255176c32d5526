"""`hustings hall caption`: what is said, as text, from the command line or line by line.

What feeds it may go on all evening: a line waits while more is written than can be read along, and
while the desk is away; sent again, it is written once.
"""

import sys
import textwrap
from collections.abc import Iterator
from typing import Annotated

import typer

from hustings.cli.client import reach
from hustings.cli.common import CLIENT, Told, takes
from hustings.client import Hall, NobodyAnswers, Refused
from hustings.domain.captions import TEXT_CHARS_MAX, clean
from hustings.ops.clock import wait_ms
from hustings.ops.entropy import SystemEntropy
from hustings.shapes import Captioned

AGAIN_MS = 1000
AGAIN_TIMES = 60
KEY_BYTES = 8


@takes(CLIENT)
def caption(
    told: Told,
    hall: Annotated[str, typer.Argument(help="Its address.")],
    text: Annotated[str, typer.Argument(help="What is said. -: each line of the input.")] = "-",
) -> None:
    """Caption what is said; listeners read it at once."""
    held, run = reach(told.settings()).hall(hall), SystemEntropy().draw(KEY_BYTES).hex()
    for n, post in enumerate(_posts(text)):
        answer = _posted(held, post, f"{run}-{n}", patient=n > 0)
        told.show(answer, *_shown(answer))


def _posts(text: str) -> Iterator[str]:
    if text != "-":
        yield from textwrap.wrap(text, TEXT_CHARS_MAX) or [text]
        return
    for line in sys.stdin:
        yield from textwrap.wrap(clean(line), TEXT_CHARS_MAX)


def _posted(hall: Hall, text: str, key: str, *, patient: bool) -> Captioned:
    """`patient`: the desk was there, and will be again."""
    waits_for = ("captions_ahead", "desk_unreachable") if patient else ("captions_ahead",)
    for again in reversed(range(AGAIN_TIMES)):
        try:
            return hall.caption(text, id=key)
        except Refused as refused:
            if again == 0 or refused.code not in waits_for:
                raise
        except NobodyAnswers:
            if again == 0 or not patient:
                raise
        wait_ms(AGAIN_MS)
    raise AssertionError("the last time raises")


def _shown(answer: Captioned) -> Iterator[str]:
    return (f"{one['no']:>5}  {one['text'].rstrip(' ')}" for one in answer["captions"])
