"""Server-sent events (HTML Living Standard, 9.2), followed over broken connections.

Splits at newlines only: what is inside a message may hold any other separator.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from hustings.client.wire import NobodyAnswers, Refused, Wire

SILENT_S = 5.0
"""The desk says something every second; one that is silent for so long is gone."""
PAUSES_S = (0.5, 1.0, 2.0)
"""Between tries; the last one again and again."""
TRIES = 30
OUR_SIDE = 500


def follow(wire: Wire, at: tuple[str, ...], tries: int) -> Iterator[Any]:
    """Each message as JSON, until the client is closed."""
    failed = 0
    while not wire.over.is_set():
        failed += 1
        try:
            with wire.stream(*at, timeout_s=SILENT_S) as pieces:
                for text in messages(pieces):
                    failed = 0
                    yield json.loads(text)
        except (NobodyAnswers, Refused) as error:
            if wire.over.is_set():
                return
            if failed >= tries or (isinstance(error, Refused) and error.status < OUR_SIDE):
                raise
        wire.over.wait(PAUSES_S[min(failed, len(PAUSES_S) - 1)])


def messages(pieces: Iterable[bytes]) -> Iterator[str]:
    """The data of each message in a stream that is cut anywhere. One cut off at its end is none."""
    rest, data = b"", list[str]()
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            name, _, value = line.rstrip(b"\r").decode().partition(":")
            if name == "data":
                data.append(value.removeprefix(" "))
            elif not line.rstrip(b"\r") and data:
                yield "\n".join(data)
                data = []
