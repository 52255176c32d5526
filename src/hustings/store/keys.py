"""The private keys of this town hall, one file each, readable by their owner only.

Made at the first start. Whoever has them can mint passes and sign the log.
"""

import base64
import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_BYTES = 32


def load_or_make(path: Path, draw: Callable[[int], bytes]) -> Ed25519PrivateKey:
    if not path.exists():
        write_private(path, base64.b64encode(draw(KEY_BYTES)).decode() + "\n")
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_text()))


def write_private(path: Path, content: str) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
