"""Signed checkpoints of the Merkle log: a signed note as C2SP describes it (tlog-checkpoint).

hustings
<number of entries>
<root, base64>

— hustings <base64 of 4 bytes of key id and the Ed25519 signature>
"""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hustings.ledger import Broken

ORIGIN = "hustings"
_ED25519 = b"\x01"


@dataclass(frozen=True)
class Checkpoint:
    size: int
    root: bytes

    def body(self) -> str:
        return f"{ORIGIN}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    body = checkpoint.body()
    stamp = _key_id(key.public_key()) + key.sign(body.encode())
    return f"{body}\n— {ORIGIN} {base64.b64encode(stamp).decode()}\n"


def verify(note: str, key: Ed25519PublicKey) -> Checkpoint:
    """Raises Broken where the note is not one of ours or was not signed by `key`."""
    try:
        body, _, signature = note.partition("\n\n")
        stamp = base64.b64decode(signature.removeprefix(f"— {ORIGIN} "), validate=False)
        origin, size, root = body.split("\n")
        checkpoint = Checkpoint(int(size), base64.b64decode(root, validate=True))
        key.verify(stamp[4:], checkpoint.body().encode())
    except (ValueError, InvalidSignature):
        raise Broken("the checkpoint is not signed by this key") from None
    if origin != ORIGIN or stamp[:4] != _key_id(key):
        raise Broken("the checkpoint is of another log")
    return checkpoint


def _key_id(key: Ed25519PublicKey) -> bytes:
    name = ORIGIN.encode() + b"\n" + _ED25519 + key.public_bytes_raw()
    return hashlib.sha256(name).digest()[:4]
