"""`hustings hall caption`: what is said, as text, from the command line or line by line."""

import sys
import textwrap
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from hustings.cli.client import Client, Unwished
from hustings.cli.common import CLIENT, Told, takes
from hustings.domain.captions import TEXT_CHARS_MAX
from hustings.ops.clock import wait_ms

AGAIN_MS = 1000
"""What is written faster than it can be read along waits here."""


@takes(CLIENT)
def caption(
    told: Told,
    hall: Annotated[str, typer.Argument(help="Its address.")],
    text: Annotated[str, typer.Argument(help="What is said. -: each line of the input.")] = "-",
) -> None:
    """Caption what is said; listeners read it at once."""
    client = Client.of(told.settings())
    for line in sys.stdin if text == "-" else [text]:
        for post in textwrap.wrap(line, TEXT_CHARS_MAX):
            answer = _posted(client, hall, post)
            told.show(answer, *_shown(answer))


def _posted(client: Client, hall: str, text: str) -> Any:
    while True:
        try:
            return client.call("POST", f"/halls/{hall}/captions", {"text": text})
        except Unwished as unwished:
            if unwished.problem.get("code") != "captions_ahead":
                raise
            wait_ms(AGAIN_MS)


def _shown(answer: dict[str, Any]) -> Iterator[str]:
    return (f"{one['no']:>5}  {one['text'].rstrip(' ')}" for one in answer["captions"])
