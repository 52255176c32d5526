"""Bytes agreed between languages: the fleet's keys of a day, and a resume token of an hour."""

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hustings.desk import passes as tokens
from tests.vectors import make_passes

VECTORS = json.loads((Path(__file__).parents[2] / "spec/vectors/tokens/tokens.json").read_text())
KEY = Ed25519PrivateKey.from_private_bytes(make_passes.TEST_SEED)
DAY_MS = 86_400_000


def test_the_vector_is_what_the_desk_gives():
    now_ms, hall = VECTORS["now_ms"], VECTORS["hall"]

    keys = tokens.fleet_keys(KEY, now_ms)

    assert [vars(key) for key in keys] == VECTORS["fleet_keys"]
    assert tokens.resume(keys[0], hall, now_ms) == VECTORS["resume"]


def test_yesterdays_key_is_still_read_and_never_shown():
    now_ms = VECTORS["now_ms"]

    today, yesterday = tokens.fleet_keys(KEY, now_ms)

    assert tokens.fleet_keys(KEY, now_ms - DAY_MS)[0] == yesterday
    assert today.k not in repr(today)
