"""Bytes agreed between languages: every token of spec/vectors/passes is taken for what it is."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hustings.desk import passes
from hustings.domain.refusals import Refused
from tests.vectors import make_passes

VECTORS = json.loads(make_passes.OUT.read_text())
KEY = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(VECTORS["keys"][0]["x"] + "=="))


def test_the_file_is_what_its_script_writes():
    assert make_passes.OUT.read_text() == make_passes.text()


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_a_token_is_taken_for_what_it_is(case):
    try:
        given = passes.check(case["token"], KEY, VECTORS["now_s"])
        outcome = "ok"
    except Refused as refused:
        outcome, given = refused.code, None

    assert outcome == case["expect"]
    if given is not None:
        held = case["claims"]
        assert (given.person, given.hall, given.role) == (held["sub"], held["hall"], held["role"])
        assert given.seat == held.get("seat")


def test_a_minted_pass_is_read_back_whole():
    key = Ed25519PrivateKey.from_private_bytes(make_passes.TEST_SEED)
    first = passes.check(VECTORS["cases"][0]["token"], KEY, VECTORS["now_s"])

    again = passes.check(passes.mint(first, key), KEY, VECTORS["now_s"])

    assert again == first
