"""What a node is to do: its whole wanted state, out of the halls (spec/node.md, "Orders"). Pure.

Stages know seats and no people; only edges, which show them, are told names.
"""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hustings.desk.passes import KID
from hustings.domain.hall import Hall, State

ENDED_KEPT_MS = 3_600_000


@dataclass(frozen=True)
class House:
    """What all orders have in common."""

    desk: str
    stages: tuple[str, ...]
    packagers: tuple[str, ...]
    key: Ed25519PublicKey
    revision: int
    revoked: Mapping[str, int]


def orders(house: House, halls: Iterable[Hall], role: str, now_ms: int) -> dict[str, Any]:
    x = base64.urlsafe_b64encode(house.key.public_bytes_raw()).decode().rstrip("=")
    return {
        "v": 1,
        "revision": house.revision,
        "at_ms": now_ms,
        "keys": [{"kid": KID, "x": x}],
        "revoked": sorted(house.revoked),
        "desk": house.desk,
        "halls": [_hall(hall, house, role) for hall in halls if _is_sent(hall, now_ms)],
    }


def _is_sent(hall: Hall, now_ms: int) -> bool:
    over = hall.state is State.ENDED and now_ms - hall.since_ms > ENDED_KEPT_MS
    return hall.state is not State.DRAFT and not over


def _hall(hall: Hall, house: House, role: str) -> dict[str, Any]:
    return {
        "hall": hall.hall,
        "title": hall.title,
        "state": hall.state,
        "since_ms": hall.since_ms,
        "starts_at_ms": hall.starts_at_ms,
        "window_ms": hall.window_ms,
        "record": hall.recorded,
        "seats": [
            {**seat_told(hall, seat.seat, with_name=role == "edge"), "consented": seat.consented}
            for seat in hall.floor.seats.values()
        ],
        "sounds": _sounds(hall),
        "silence_intended": False,
        "stages": list(house.stages),
        **({"packagers": list(house.packagers)} if role == "edge" else {}),
    }


def _sounds(hall: Hall) -> dict[str, str]:
    """Only a start that was announced is one to open."""
    opening = "built-in" if hall.starts_at_ms is not None else ""
    return {"opening": opening, "pause": "built-in", "closing": "built-in", "tone": "built-in"}


def seat_told(hall: Hall, seat: Any, *, with_name: bool) -> dict[str, Any]:
    given = hall.floor.seats[seat]
    name = hall.people.by_id[given.person].name or given.seat
    return {"seat": given.seat, **({"name": name} if with_name else {}), "host": given.host}
