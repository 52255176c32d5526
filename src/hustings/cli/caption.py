"""`hustings hall caption`: what is said, as text, from the command line or line by line."""

import sys
import textwrap
from collections.abc import Iterator
from typing import Annotated

import typer

from hustings.cli.client import reach
from hustings.cli.common import CLIENT, Told, takes
from hustings.client import Hall, Refused
from hustings.domain.captions import TEXT_CHARS_MAX
from hustings.ops.clock import wait_ms
from hustings.shapes import Captioned

AGAIN_MS = 1000
"""What is written faster than it can be read along waits here."""


@takes(CLIENT)
def caption(
    told: Told,
    hall: Annotated[str, typer.Argument(help="Its address.")],
    text: Annotated[str, typer.Argument(help="What is said. -: each line of the input.")] = "-",
) -> None:
    """Caption what is said; listeners read it at once."""
    held = reach(told.settings()).hall(hall)
    for line in sys.stdin if text == "-" else [text]:
        for post in textwrap.wrap(line, TEXT_CHARS_MAX):
            answer = _posted(held, post)
            told.show(answer, *_shown(answer))


def _posted(hall: Hall, text: str) -> Captioned:
    while True:
        try:
            return hall.caption(text)
        except Refused as refused:
            if refused.code != "captions_ahead":
                raise
            wait_ms(AGAIN_MS)


def _shown(answer: Captioned) -> Iterator[str]:
    return (f"{one['no']:>5}  {one['text'].rstrip(' ')}" for one in answer["captions"])
