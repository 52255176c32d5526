"""Writes spec/vectors/passes/passes.json: tokens, and what each must be taken for.

Deterministic: Ed25519 signatures are, and the key is fixed. Run:
python -m tests.vectors.make_passes
Not a test: test_passes.py reads the file, as the Rust side does.
"""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hustings.domain.roles import Role

OUT = Path(__file__).parents[2] / "spec/vectors/passes/passes.json"
NOW_S = 1_790_000_000
TEST_SEED = hashlib.sha256(b"hustings test vectors; never a real key").digest()
KEY = Ed25519PrivateKey.from_private_bytes(TEST_SEED)
OTHER = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"another").digest())
HEADER = {"alg": "EdDSA", "typ": "JWT", "kid": "k1"}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def pack(value: Any) -> str:
    return b64(json.dumps(value, separators=(",", ":")).encode())


def claims(**changes: Any) -> dict[str, Any]:
    good = {
        "iss": "hustings",
        "sub": "p_0123456789abcdef",
        "hall": "demo",
        "role": "speaker",
        "seat": "ana",
        "iat": NOW_S - 100,
        "exp": NOW_S + 3600,
        "jti": "j-1",
    }
    return {k: v for k, v in {**good, **changes}.items() if v is not ...}


def token(body: Any, header: Any = HEADER, key: Ed25519PrivateKey = KEY) -> str:
    signed = f"{pack(header)}.{pack(body)}"
    return f"{signed}.{b64(key.sign(signed.encode()))}"


def hs256() -> str:
    """The classic confusion: our public key, used as a shared secret."""
    signed = f"{pack({**HEADER, 'alg': 'HS256'})}.{pack(claims())}"
    secret = KEY.public_key().public_bytes_raw()
    return f"{signed}.{b64(hmac.digest(secret, signed.encode(), 'sha256'))}"


def good() -> list[tuple[str, str]]:
    cases = []
    for role in Role:
        seat = "ana" if role in ("speaker", "host", "moderator") else ...
        hall = "*" if role == "owner" else "demo"
        cases.append((f"good {role}", token(claims(role=str(role), seat=seat, hall=hall))))
    return [
        *cases,
        ("good producer of every hall", token(claims(role="producer", hall="*", seat=...))),
        ("good although issued 60 s from now", token(claims(iat=NOW_S + 60))),
        ("good for one second more", token(claims(exp=NOW_S + 1))),
        ("good with a claim we do not know", token(claims(aud="x"))),
        ("good for another hall: the caller says pass_foreign", token(claims(hall="other"))),
    ]


def broken() -> list[tuple[str, str, str]]:
    whole = token(claims())
    head, body, signature = whole.split(".")
    invalid = {
        "issued 61 s from now": token(claims(iat=NOW_S + 61)),
        "signed by another key": token(claims(), key=OTHER),
        "alg none": f"{pack({**HEADER, 'alg': 'none'})}.{pack(claims())}.",
        "alg none with a signature": token(claims(), {**HEADER, "alg": "none"}),
        "alg HS256 with the public key as secret": hs256(),
        "alg Ed25519": token(claims(), {**HEADER, "alg": "Ed25519"}),
        "alg in another case": token(claims(), {**HEADER, "alg": "eddsa"}),
        "no kid": token(claims(), {"alg": "EdDSA", "typ": "JWT"}),
        "unknown kid": token(claims(), {**HEADER, "kid": "k2"}),
        "typ missing": token(claims(), {"alg": "EdDSA", "kid": "k1"}),
        "header is a list": token(claims(), ["EdDSA"]),
        "claims are a list": token([claims()]),
        "empty": "",
        "two pieces": f"{head}.{body}",
        "four pieces": f"{whole}.x",
        "signature missing": f"{head}.{body}.",
        "truncated": whole[:-4],
        "claims of another token": f"{head}.{pack(claims(role='host'))}.{signature}",
        "not base64": f"{head}.{body}.!{signature[1:]}",
        "padded base64": f"{head}.{body}.{signature}==",
        "standard alphabet": f"{head}.{body}.+/{signature[2:]}",
        "bits after the end": whole[:-1] + chr(ord(whole[-1]) + 1),
        "a space before": f" {whole}",
        "not ASCII": f"{head}.{body}é.{signature}",
        "longer than 2048": token(claims(pad="x" * 2000)),
        "issuer of others": token(claims(iss="husting")),
        "role unknown": token(claims(role="king")),
        "role owner for one hall": token(claims(role="owner", seat=...)),
        "hall not an address": token(claims(hall="De mo")),
        "hall too long": token(claims(hall="a" * 41)),
        "seat not an address": token(claims(seat="-ana")),
        "seat too long": token(claims(seat="a" * 13)),
        "seat a number": token(claims(seat=7)),
        "person by name": token(claims(sub="ana")),
        "person too short": token(claims(sub="p_0123")),
        "exp a text": token(claims(exp=str(NOW_S + 3600))),
        "exp a fraction": token(claims(exp=NOW_S + 3600.5)),
        "exp true": token(claims(exp=True)),
        "iat negative": token(claims(iat=-1)),
        "jti empty": token(claims(jti="")),
        "jti a number": token(claims(jti=1)),
        "jti longer than 64": token(claims(jti="j" * 65)),
        **{f"{name} missing": token(claims(**{name: ...})) for name in REQUIRED},
    }
    expired = {
        "expired this second": token(claims(exp=NOW_S)),
        "expired long ago": token(claims(iat=1, exp=2)),
    }
    return [
        *((name, t, "pass_invalid") for name, t in invalid.items()),
        *((name, t, "pass_expired") for name, t in expired.items()),
    ]


REQUIRED = ("iss", "sub", "hall", "role", "iat", "exp", "jti")


def document() -> dict[str, Any]:
    x = b64(KEY.public_key().public_bytes_raw())
    cases: list[dict[str, Any]] = []
    for name, text in good():
        held = json.loads(base64.urlsafe_b64decode(text.split(".")[1] + "=="))
        cases.append({"name": name, "token": text, "expect": "ok", "claims": held})
    cases += [{"name": n, "token": t, "expect": code} for n, t, code in broken()]
    return {
        "about": "Passes and what each must be taken for. A public test key: never trust it.",
        "test_private_key": b64(TEST_SEED),
        "keys": [{"kid": "k1", "x": x}],
        "now_s": NOW_S,
        "cases": cases,
    }


def text() -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(text())
