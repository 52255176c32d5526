"""Passes: a JWT per person and role (spec/live.md). Minted and checked here, and in Rust.

One algorithm, `EdDSA` over Ed25519, and one shape; everything else is not ours. Whether a pass fits
the hall it is shown at, or was withdrawn, is the caller's question. Here, too, the secrets that
edges sign their own tokens with (spec/live.md, "Resume tokens"), read in Rust (rules/tokens.rs).
"""

import base64
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hustings.domain import ids
from hustings.domain.refusals import Refused
from hustings.domain.roles import Role

ISSUER = "hustings"
KID = "k1"
EARLY_S = 60
"""How far a clock elsewhere may lag behind ours."""

PASS_CHARS_MAX = 2048
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_JTI_CHARS_MAX = 64
_SECONDS_MAX = 2**53 - 1


@dataclass(frozen=True, kw_only=True)
class Pass:
    person: ids.PersonId
    hall: ids.HallId
    role: Role
    seat: ids.SeatId | None
    issued_s: int
    expires_s: int
    jti: str


def mint(given: Pass, key: Ed25519PrivateKey) -> str:
    claims = {
        "iss": ISSUER,
        "sub": given.person,
        "hall": given.hall,
        "role": str(given.role),
        "iat": given.issued_s,
        "exp": given.expires_s,
        "jti": given.jti,
    }
    if given.seat is not None:
        claims["seat"] = given.seat
    header = {"alg": "EdDSA", "typ": "JWT", "kid": KID}
    signed = f"{_pack(header)}.{_pack(claims)}"
    return f"{signed}.{_encode(key.sign(signed.encode()))}"


def own_end(given: Pass) -> int:
    return given.expires_s


def check(
    token: str,
    key: Ed25519PublicKey,
    now_s: int,
    holds_until_s: Callable[[Pass], int] = own_end,
) -> Pass:
    """Raises Refused: pass_invalid, or pass_expired where all else is good.

    `holds_until_s`: a postponed hall keeps its people's passes good for longer than they say.
    """
    try:
        given = _read(token, key)
    except (ValueError, KeyError, TypeError, InvalidSignature, Refused, RecursionError):
        raise Refused("pass_invalid") from None
    if now_s < given.issued_s - EARLY_S:
        raise Refused("pass_invalid", "It is not good yet; check the clocks.")
    if now_s >= holds_until_s(given):
        raise Refused("pass_expired")
    return given


def _read(token: str, key: Ed25519PublicKey) -> Pass:
    if len(token) > PASS_CHARS_MAX:
        raise ValueError("longer than any of ours")
    header, claims, signature = token.split(".")
    kind = _unpack(header)
    if (kind.get("alg"), kind.get("typ"), kind.get("kid")) != ("EdDSA", "JWT", KID):
        raise ValueError("not our kind of token")
    key.verify(_decode(signature), f"{header}.{claims}".encode("ascii"))
    return _claims(_unpack(claims))


def _claims(claims: dict[str, Any]) -> Pass:
    hall, seat, person, jti = claims["hall"], claims.get("seat"), claims["sub"], claims["jti"]
    role = Role(claims["role"])
    whole = hall == ids.EVERY_HALL
    good = (
        claims["iss"] == ISSUER
        and ids.is_person(person)
        and isinstance(jti, str)
        and 0 < len(jti) <= _JTI_CHARS_MAX
        and (role is not Role.OWNER or whole)
    )
    if not good:
        raise ValueError("claims that are not ours")
    return Pass(
        person=person,
        hall=hall if whole else ids.hall_id(hall),
        role=role,
        seat=None if seat is None else ids.seat_id(seat),
        issued_s=_seconds(claims["iat"]),
        expires_s=_seconds(claims["exp"]),
        jti=jti,
    )


def _seconds(value: Any) -> int:
    if type(value) is int and 0 <= value <= _SECONDS_MAX:
        return value
    raise ValueError("not a number of seconds")


def _pack(value: dict[str, Any]) -> str:
    return _encode(json.dumps(value, separators=(",", ":")).encode())


def _unpack(text: str) -> dict[str, Any]:
    value = json.loads(_decode(text))
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    if not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise ValueError("not base64url without padding")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encode(data) != text:
        raise ValueError("bits after the end")  # Two spellings of one token would be two tokens.
    return data


_FLEET_KEY_BYTES = 32
_MINUTE_MS, _HOUR_MS, _DAY_MS = 60_000, 3_600_000, 86_400_000


@dataclass(frozen=True)
class FleetKey:
    kid: str
    k: str
    """32 bytes, hex."""

    def __repr__(self) -> str:
        return f"FleetKey({self.kid})"


def fleet_keys(passes: Ed25519PrivateKey, now_ms: int) -> tuple[FleetKey, FleetKey]:
    """Today's, and yesterday's to read with. Derived, so that a desk that was restored from a
    backup gives the same; who changes the key of passes changes these too."""
    today = now_ms // _DAY_MS
    return _fleet_key(passes, today), _fleet_key(passes, today - 1)


def _fleet_key(passes: Ed25519PrivateKey, day: int) -> FleetKey:
    derive = HKDF(SHA256(), _FLEET_KEY_BYTES, salt=None, info=f"hustings fleet {day}".encode())
    return FleetKey(str(day), derive.derive(passes.private_bytes_raw()).hex())


def resume(key: FleetKey, hall: str, now_ms: int) -> str:
    """A resume token, of this hour's beginning: orders that hold it do not change every minute."""
    minute = now_ms // _HOUR_MS * (_HOUR_MS // _MINUTE_MS)
    signed = hmac.digest(bytes.fromhex(key.k), f"resume\n{hall}\n{minute}".encode(), "sha256")
    return f"{key.kid}.{minute}.{signed.hex()}"
