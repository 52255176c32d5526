"""Prepared sounds as files, each named by the SHA-256 of its bytes.

What is in them is checked as far as a look tells; a stage that cannot decode one plays its own.
"""

import hashlib
import re
from pathlib import Path

from hustings.desk.ports import Unwritable
from hustings.domain.refusals import Refused

BYTES_MAX = 5_000_000
LENGTH_S_MAX = 300
SAMPLE_RATE_HZ = 48_000
NAME = re.compile(r"[0-9a-f]{64}")
_PAGE, _HEAD = b"OggS", b"OpusHead"


class SoundFolder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, data: bytes) -> str:
        _must_be_a_sound(data)
        name = hashlib.sha256(data).hexdigest()
        path = self._folder / f"{name}.opus"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(".new")
            fresh.write_bytes(data)
            fresh.replace(path)
        except OSError as error:
            raise Unwritable(error.strerror or str(error)) from error
        return name

    def read(self, sound: str) -> bytes | None:
        path = self._folder / f"{sound}.opus"
        if not NAME.fullmatch(sound) or not path.exists():
            return None
        return path.read_bytes()


def _must_be_a_sound(data: bytes) -> None:
    """RFC 7845: an Ogg stream that opens with OpusHead; its last page says how long it is."""
    if len(data) > BYTES_MAX:
        raise Refused("sound_unreadable", "It is larger than 5 MB.")
    last = data.rfind(_PAGE)
    if data[:4] != _PAGE or _HEAD not in data[:64] or len(data) < last + 14:
        raise Refused("sound_unreadable", "It is not Ogg Opus.")
    samples = int.from_bytes(data[last + 6 : last + 14], "little", signed=True)
    if not 0 < samples <= LENGTH_S_MAX * SAMPLE_RATE_HZ:
        raise Refused("sound_unreadable", "It is longer than 5 minutes, or empty.")
