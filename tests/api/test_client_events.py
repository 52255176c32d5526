"""What a client follows: over broken connections, cut anywhere, until it is closed."""

import asyncio
import subprocess
import sys
import typing
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hustings import shapes
from hustings.client import Client, NobodyAnswers, Refused
from hustings.client.events import messages
from hustings.domain.hall import State
from hustings.domain.plan import Kind
from hustings.domain.roles import Role
from tests.api.conftest import listening

SAID = [
    "data: 1\n\n",
    ": still here\n\n",
    "data: 2\r\n",
    "data: 3\r\n\r\n",
    "id: 7\n\n",
    "data:é\u2028\x85\n\n",
]


@given(st.sets(st.integers(0, 60)))
def test_a_stream_is_read_the_same_however_it_is_cut(cuts):
    whole = "".join(SAID).encode()
    at = [0, *sorted(cuts), len(whole)]
    pieces = [whole[a:b] for a, b in pairwise(at)]

    assert list(messages([*pieces, b"data: cut off"])) == ["1", "2\n3", "é\u2028\x85"]


async def test_a_client_follows_what_stands_from_one_connection_to_the_next(served):
    await served.town.hall("open")
    left = iter((1, 1, 9))

    async def breaking(scope, receive, send):
        """Each connection breaks after so many messages."""
        if scope["type"] != "http":
            return
        told = next(left)

        async def counted(message):
            nonlocal told
            await send(message)
            told -= bool(message.get("body"))
            if told == 0:
                raise ConnectionError

        await served.town.app(scope, receive, counted)

    async with listening(breaking) as url:
        with Client(url, served.client().token) as town:
            events, seen = town.hall("demo").events(), []
            for _ in range(3):
                seen.append(await next_of(events, served.town.clock))
            events.close()

    assert [len(one["seats"]) for one in seen] == [0, 0, 0]
    assert next(left, None) is None


async def next_of(events, clock):
    """The clock of the desk goes on meanwhile."""
    told = asyncio.create_task(asyncio.to_thread(next, events, None))
    while not (await asyncio.wait([told], timeout=0.02))[0]:
        clock.advance(1000)
    return told.result()


async def test_whoever_may_not_follow_is_told_at_once_and_whom_nobody_answers_after_some(served):
    await served.town.hall("open")
    with Client(served.url, "nonsense") as stranger, pytest.raises(Refused, match="not one"):
        await asyncio.to_thread(next, stranger.hall("demo").events())
    with Client("http://127.0.0.1:9") as nobody, pytest.raises(NobodyAnswers):
        await asyncio.to_thread(next, nobody.hall("demo").events(tries=2))


async def test_closing_the_client_ends_what_it_follows(served):
    await served.town.hall("open")
    town = served.client()
    following = asyncio.create_task(asyncio.to_thread(list, town.hall("demo").events()))
    while not served.town.context.readers:
        await asyncio.wait([following], timeout=0.02)
    town.close()
    served.town.clock.advance(1000)

    assert await asyncio.wait_for(following, 10)


def test_the_client_is_no_server():
    heavy = ["fastapi", "starlette", "pydantic", "sqlalchemy", "nats", "uvicorn", "cryptography"]
    asked = f"import sys, hustings.client; print([m for m in {heavy} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert told.stdout == "[]\n"


def test_the_words_of_the_shapes_are_those_of_the_domain():
    assert set(typing.get_args(shapes.HallState)) == set(State)
    assert set(typing.get_args(shapes.Role)) == set(Role)
    assert set(typing.get_args(shapes.ItemKind)) == set(Kind)
