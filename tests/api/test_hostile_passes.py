"""Whatever is shown instead of a pass opens nothing, by header or by cookie."""

import base64
import json
from dataclasses import replace

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hustings.desk.passes import check, mint
from tests.api.conftest import bearer
from tests.api.test_hosting import told
from tests.api.test_roles import ANYONE, AT, BODIES, NEEDS


def token_of(headers):
    return headers["Authorization"].removeprefix("Bearer ")


def pack(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def altered(token, header=None, claims=None):
    """The same signature under other words."""
    parts = [json.loads(base64.urlsafe_b64decode(p + "==")) for p in token.split(".")[:2]]
    words = [
        pack({**part, **(change or {})})
        for part, change in zip(parts, (header, claims), strict=True)
    ]
    return ".".join([*words, token.split(".")[2]])


def signed_with_the_public_key(town, token):
    """HS256, keyed with what everybody may know: the confusion of algorithms (RFC 8725, 2.1)."""
    words = ".".join([pack({"alg": "HS256", "typ": "JWT", "kid": "k1"}), token.split(".")[1]])
    mac = hmac.HMAC(town.desk.pass_key.public_bytes_raw(), hashes.SHA256())
    mac.update(words.encode())
    return f"{words}.{base64.urlsafe_b64encode(mac.finalize()).rstrip(b'=').decode()}"


async def no_passes(town):
    """Everything somebody might show instead of a pass, by the refusal it meets."""
    owner = token_of(town.owner)
    given = check(owner, town.desk.pass_key, town.clock.now_ms() // 1000)
    listener = token_of(await town.guest("listener"))
    seat = await town.seat("gone", "Gone", role="host")
    await town.ask("DELETE", "/halls/demo/seats/gone")
    past = replace(given, issued_s=given.issued_s - 9000, expires_s=given.issued_s - 1)
    other = {"hall": "other", "role": "host", "name": "Guest of another hall"}
    await town.ask("POST", "/halls", {"hall": "other", "title": "Other"})
    sign = town.desk.ports.keys.passes
    return {
        "forged": (mint(given, Ed25519PrivateKey.generate()), "pass_invalid"),
        "no algorithm": (altered(owner, {"alg": "none"}), "pass_invalid"),
        "no signature": (owner.rpartition(".")[0] + ".", "pass_invalid"),
        "other algorithm": (altered(owner, {"alg": "HS256"}), "pass_invalid"),
        "public key as secret": (signed_with_the_public_key(town, owner), "pass_invalid"),
        "other key": (altered(owner, {"kid": "k2"}), "pass_invalid"),
        "raised role": (altered(listener, claims={"role": "producer"}), "pass_invalid"),
        "raised hall": (altered(listener, claims={"hall": "*"}), "pass_invalid"),
        "longer life": (altered(owner, claims={"exp": 2**50}), "pass_invalid"),
        "expired": (mint(past, sign), "pass_expired"),
        "withdrawn": (seat["pass"], "pass_revoked"),
        "other hall": (await pass_of_another_hall(town, other), "pass_foreign"),
    }


async def pass_of_another_hall(town, other):
    body = {"role": other["role"], "name": other["name"]}
    return (await town.ask("POST", f"/halls/{other['hall']}/passes", body)).json()["pass"]


async def test_no_false_pass_opens_anything_by_header_or_by_cookie(town):
    await town.hall("open")
    at = {**AT, "person": (await town.seat())["person"]}
    false = await no_passes(town)
    before = town.desk.revision

    for name, (token, code) in false.items():
        for (method, path), need in NEEDS.items():
            if need == ANYONE or "{hall}" not in path:
                continue
            body = BODIES.get(path) if method != "GET" else None
            for headers in (bearer(token), {"Cookie": f"hustings_demo={token}"}):
                answer = await town.ask(method, path.format(**at), body, headers=headers)
                assert told(answer) == code, (name, method, path)
    assert town.desk.revision == before


async def test_a_pass_in_the_query_or_the_body_is_none(town):
    await town.hall("open")
    token = token_of(town.owner)

    asked = await town.ask("GET", f"/halls/demo/people?pass={token}", headers={})
    told_of = await town.ask("POST", "/halls/demo/pause", {"pass": token}, headers={})

    assert (told(asked), told(told_of)) == ("pass_missing", "pass_missing")
