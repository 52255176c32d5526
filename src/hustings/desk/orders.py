"""What a node is to do: its whole wanted state, out of the halls (spec/node.md, "Orders"). Pure.

Stages know seats and no people; only edges, which show them, are told names.
"""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hustings.desk.evening import evening
from hustings.desk.passes import KID, FleetKey, resume
from hustings.domain.captions import since
from hustings.domain.floor import Seat, on_air
from hustings.domain.hall import Hall, State
from hustings.domain.ids import PART_MS

ENDED_KEPT_MS = 3_600_000
FADE_MS = 10
CAPTIONS_KEPT_MS = 5000
"""So late an increment may still come to a stage: orders are repeated every two seconds."""
DUMPS_KEPT_MS = 60_000
"""By then it would have been heard, whatever the delay and the window."""
TIME_FADE_MS = 2000
"""Whose time is spent is not cut off in a syllable."""


@dataclass(frozen=True)
class House:
    """What all orders have in common."""

    desk: str
    stages: tuple[str, ...]
    packagers: tuple[str, ...]
    key: Ed25519PublicKey
    fleet_keys: tuple[FleetKey, ...]
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
        **({"fleet_keys": [vars(key) for key in house.fleet_keys]} if role == "edge" else {}),
        "desk": house.desk,
        "halls": [
            {**_hall(hall, house, role, now_ms), **_carried(hall, role, now_ms)}
            for hall in halls
            if _is_sent(hall, now_ms)
        ],
    }


def _is_sent(hall: Hall, now_ms: int) -> bool:
    over = hall.state is State.ENDED and now_ms - hall.since_ms > ENDED_KEPT_MS
    return hall.state is not State.DRAFT and not over


def _hall(hall: Hall, house: House, role: str, now_ms: int) -> dict[str, Any]:
    return {
        "hall": hall.hall,
        "title": hall.title,
        "state": hall.state,
        "since_ms": hall.since_ms,
        "starts_at_ms": hall.starts_at_ms,
        "window_ms": hall.window_ms,
        "air_delay_ms": hall.plan.air_delay_ms,
        "record": hall.recorded,
        "series": hall.series,
        "cancelled": hall.life.cancelled,
        "grace": vars(hall.life.grace) if hall.life.grace else None,
        "seats": [
            {**seat_told(hall, seat.seat, with_name=role == "edge"), **_air(hall, seat)}
            for seat in hall.floor.seats.values()
        ],
        "sounds": _sounds(hall),
        "silence_intended": hall.plan.silence_intended,
        "stages": list(house.stages),
        **(_shown(hall, house, now_ms) if role == "edge" else {}),
        **(_known(hall, house, now_ms) if role == "recorder" else {}),
    }


def _shown(hall: Hall, house: House, now_ms: int) -> dict[str, Any]:
    """Edges alone show it to people."""
    return {"packagers": list(house.packagers), "evening": evening(hall, now_ms)}


def _known(hall: Hall, house: House, now_ms: int) -> dict[str, Any]:
    """Edges give it what they keep, as to one who was there."""
    return {"resume": resume(house.fleet_keys[0], hall.hall, now_ms)}


def _air(hall: Hall, seat: Seat) -> dict[str, Any]:
    return {
        "consented": seat.consented,
        "on_air": on_air(hall.floor, seat),
        "muted": seat.muted,
        "suppressed": seat.suppressed,
        "fade_ms": TIME_FADE_MS if seat.spent else FADE_MS,
    }


def _carried(hall: Hall, role: str, now_ms: int) -> dict[str, Any]:
    """What stages alone need know: each increment of the captions, and what is taken out."""
    if role != "stage":
        return {}
    told = since(hall.captions, (now_ms - CAPTIONS_KEPT_MS) // PART_MS)
    heard_ms = now_ms - DUMPS_KEPT_MS
    return {
        "captions": [[one.no, one.part, one.text] for one in told],
        "began_ms": hall.life.began_ms,
        "dumps": [[d.no, d.from_ms, d.to_ms] for d in hall.plan.dumps if d.to_ms > heard_ms],
    }


def _sounds(hall: Hall) -> dict[str, str]:
    """Only a hall that begins on the clock has an opening: by hand, somebody is there to speak."""
    sounds = vars(hall.plan.sounds)
    return sounds if hall.starts_at_ms is not None else {**sounds, "opening": ""}


def seat_told(hall: Hall, seat: Any, *, with_name: bool) -> dict[str, Any]:
    given = hall.floor.seats[seat]
    name = hall.people.by_id[given.person].name or given.seat
    return {"seat": given.seat, **({"name": name} if with_name else {}), "host": given.host}
