"""The files of one hall's recording: one to a segment while it is made, three or four at the end.

    {hall}/parts/{segment}.mp4part   parts as they came, one after another
    {hall}/parts/{segment}.mended    those that were mended later, the last one counts
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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hustings.parts.grid import SEGMENT_PARTS
from hustings.parts.stream import Part, Splitter, StreamFault

SUFFIX = ".mp4part"
MENDED = ".mended"


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

    def close(self) -> None:
        try:
            os.fsync(self.fd)
        finally:
            os.close(self.fd)


class Folder:
    def __init__(self, root: Path, hall: str) -> None:
        self.path = root / hall
        self.opus, self.m4a, self.vtt, self.told = (
            self.path / f"{hall}{suffix}" for suffix in (".opus", ".m4a", ".vtt", ".json")
        )
        self._parts = self.path / "parts"
        self._open: dict[str, _Open] = {}
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
        for path in (*self._segments(), *self._segments(MENDED)):
            data = path.read_bytes()
            parts, size = whole_parts(data)
            if size < len(data):
                os.truncate(path, size)
            numbers.update(part.no for part in parts)
            self.bytes += size
        return numbers

    def append(self, part: Part) -> None:
        self._append(part, SUFFIX)

    def mend(self, part: Part) -> None:
        """Keep a part that stands in for the one that came, or for the last that did."""
        self._append(part, MENDED)

    def mended(self) -> set[int]:
        """The numbers of the parts that others stand in for."""
        return {part.no for path in self._segments(MENDED) for part in _parts_of(path)}

    def read(self) -> Iterator[Part]:
        """Every part once, by number; of one that was mended the sound is the mended one's, and the
        facts are those that went out."""
        self.close()
        paths = {int(path.stem) for path in (*self._segments(), *self._segments(MENDED))}
        for segment in sorted(paths):
            came = {part.no: part for part in _parts_of(self._path(segment, SUFFIX))}
            for part in _parts_of(self._path(segment, MENDED)):
                told = came.get(part.no, part).messages
                came[part.no] = replace(part, messages=told)
            yield from (part for _, part in sorted(came.items()))

    def close(self) -> None:
        opened, self._open = self._open, {}
        for one in opened.values():
            one.close()

    def drop_parts(self) -> None:
        """Once they are in both files, and these were read back."""
        shutil.rmtree(self._parts, ignore_errors=True)

    def _append(self, part: Part, suffix: str) -> None:
        into = self._file(part.no // SEGMENT_PARTS, suffix)
        try:
            if os.write(into.fd, part.data) < len(part.data):
                # A disk that fills up takes a piece; asked for the rest, it says why not.
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            os.ftruncate(into.fd, into.size)
            raise
        into.size += len(part.data)
        self.bytes += len(part.data)

    def _segments(self, suffix: str = SUFFIX) -> list[Path]:
        found = [path for path in self._parts.glob(f"*{suffix}") if path.stem.isdecimal()]
        return sorted(found, key=lambda path: int(path.stem))

    def _path(self, segment: int, suffix: str) -> Path:
        return self._parts / f"{segment}{suffix}"

    def _file(self, segment: int, suffix: str) -> _Open:
        opened = self._open.get(suffix)
        if opened is None or opened.segment != segment:
            if opened is not None:
                del self._open[suffix]
                opened.close()
            self._parts.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            fd = os.open(self._path(segment, suffix), flags, 0o600)
            opened = self._open[suffix] = _Open(segment, fd, os.fstat(fd).st_size)
        return opened


def _parts_of(path: Path) -> list[Part]:
    return whole_parts(path.read_bytes())[0] if path.exists() else []
