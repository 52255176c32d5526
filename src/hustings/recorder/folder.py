"""The files of one hall's recording: one to a segment while it is made, three or four at the end.

    {hall}/parts/{segment}.mp4part   parts as they came, one after another
    {hall}/{hall}.opus, .m4a, .json  what is left at the end; with captions .vtt too

A part is appended whole or not at all; what a death left half written is cut off when the folder is
opened again. Raises OSError where the disk does not do as it is told, and leaves what it held.
"""

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hustings.parts.grid import SEGMENT_PARTS
from hustings.parts.stream import Part, Splitter, StreamFault

SUFFIX = ".mp4part"


def whole_parts(data: bytes) -> tuple[list[Part], int]:
    """The parts of a file that may end anywhere, and how many bytes of it they are."""
    splitter = Splitter()
    parts: list[Part] = []
    with suppress(StreamFault):  # What stands before it is good.
        for part in splitter.handle(data):
            parts.append(part)
    return parts, splitter.whole_bytes


@dataclass
class _Open:
    segment: int
    fd: int
    size: int


class Folder:
    def __init__(self, root: Path, hall: str) -> None:
        self.path = root / hall
        self.opus, self.m4a, self.vtt, self.told = (
            self.path / f"{hall}{suffix}" for suffix in (".opus", ".m4a", ".vtt", ".json")
        )
        self._parts = self.path / "parts"
        self._open: _Open | None = None
        self.bytes = 0

    @property
    def is_done(self) -> bool:
        return self.told.exists()

    def read_told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.told.read_text())
        return told

    def load(self) -> set[int]:
        """The numbers of the parts that are here, once torn ends are cut off."""
        numbers: set[int] = set()
        self.bytes = 0
        for path in self._segments():
            data = path.read_bytes()
            parts, size = whole_parts(data)
            if size < len(data):
                os.truncate(path, size)
            numbers.update(part.no for part in parts)
            self.bytes += size
        return numbers

    def append(self, part: Part) -> None:
        into = self._file(part.no // SEGMENT_PARTS)
        try:
            if os.write(into.fd, part.data) < len(part.data):
                # A disk that fills up takes a piece; asked for the rest, it says why not.
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            os.ftruncate(into.fd, into.size)
            raise
        into.size += len(part.data)
        self.bytes += len(part.data)

    def read(self) -> Iterator[Part]:
        """Every part once, by number."""
        self.close()
        for path in self._segments():
            parts, _ = whole_parts(path.read_bytes())
            yield from (part for _, part in sorted({part.no: part for part in parts}.items()))

    def close(self) -> None:
        if self._open is not None:
            opened, self._open = self._open, None
            try:
                os.fsync(opened.fd)
            finally:
                os.close(opened.fd)

    def drop_parts(self) -> None:
        """Once they are in both files, and these were read back."""
        shutil.rmtree(self._parts, ignore_errors=True)

    def _segments(self) -> list[Path]:
        found = [path for path in self._parts.glob(f"*{SUFFIX}") if path.stem.isdecimal()]
        return sorted(found, key=lambda path: int(path.stem))

    def _file(self, segment: int) -> _Open:
        if self._open is None or self._open.segment != segment:
            self.close()
            self._parts.mkdir(parents=True, exist_ok=True)
            path = self._parts / f"{segment}{SUFFIX}"
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            self._open = _Open(segment, fd, os.fstat(fd).st_size)
        return self._open
