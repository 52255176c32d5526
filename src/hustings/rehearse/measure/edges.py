"""Edges to be measured, beside those of a town hall: fed by its stages, told by its desk."""

import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from hustings.fleet.crowd import beside
from hustings.rehearse.evening import until
from hustings.rehearse.measure.cores import Served

EDGES_MAX = 8


@dataclass(frozen=True)
class Kind:
    """How many processes on one stream port, and how they serve. `tls`: certificate and key."""

    count: int = 1
    cadence: int = 1
    sending: str = "auto"
    tls: Path | None = None
    uplink_mbit: int | None = None
    upstream: tuple[str, ...] = ()
    """Edges that they listen to instead of the stages."""


@dataclass(frozen=True)
class Place:
    """The hall, the order of an edge of the town hall, and the first of nine free ports."""

    media: str
    hall: str
    like: Path
    port: int
    name: str = "edge"


@asynccontextmanager
async def edges(place: Place, kind: Kind) -> AsyncIterator[Served]:
    """Up and with the hall's parts in hand."""
    like: dict[str, Any] = json.loads(place.like.read_text())
    tls = kind.tls and {"cert": str(kind.tls), "key": str(kind.tls)}
    told = {"cadence": kind.cadence, "sending": kind.sending, "tls": tls, "plain": None}
    told |= {"upstream": list(kind.upstream), "uplink_mbit_per_s": kind.uplink_mbit}
    stream = f"127.0.0.1:{place.port}"
    scheme, host = ("https", "localhost") if tls else ("http", "127.0.0.1")
    pids = []
    async with AsyncExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="hustings-edges-"))
        for number in range(1, kind.count + 1):
            page = f"127.0.0.1:{place.port + number}"
            own = {"node": f"{place.name}-{place.port}-{number}", "page": page, "stream": stream}
            own |= {"public": f"{scheme}://{host}:{place.port + number}"}
            order = like | told | own | {"data": f"{data}/{number}", "shared": False}
            pids.append(await stack.enter_async_context(beside(place.media, "edge", order)))
            await _has_parts(f"{scheme}://{page}", place.hall)
        address = f"{scheme}://{host}:{place.port}/h/{place.hall}/live.mp4"
        yield Served(place.name, tuple(pids), address)


async def _has_parts(page: str, hall: str) -> None:
    # The certificate is one that we have just made ourselves.
    async with httpx.AsyncClient(base_url=page, timeout=5, trust_env=False, verify=False) as http:

        async def has_parts() -> bool:
            answer = await http.get(f"/h/{hall}/state.json")
            return answer.is_success and answer.json()["newest_part"] is not None

        await until(has_parts, "an edge to have parts")
