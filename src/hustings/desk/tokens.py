"""What the edges of a fleet sign with, and the one token that the desk signs itself
(spec/live.md, "Resume tokens"). Read in Rust (rules/tokens.rs)."""

import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
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
    return _key(passes, today), _key(passes, today - 1)


def _key(passes: Ed25519PrivateKey, day: int) -> FleetKey:
    derive = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"hustings fleet {day}".encode())
    return FleetKey(str(day), derive.derive(passes.private_bytes_raw()).hex())


def resume(key: FleetKey, hall: str, now_ms: int) -> str:
    """A resume token, of this hour's beginning: orders that hold it do not change every minute."""
    minute = now_ms // _HOUR_MS * (_HOUR_MS // _MINUTE_MS)
    signed = hmac.digest(bytes.fromhex(key.k), f"resume\n{hall}\n{minute}".encode(), "sha256")
    return f"{key.kid}.{minute}.{signed.hex()}"
