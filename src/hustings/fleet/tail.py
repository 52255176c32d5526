"""Follows the logs of the children, for what somebody at the terminal should see."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

# `time level event …` is ours; `[WRN]` and its like are nats-server's.
_LOUD = re.compile(r"^\S+ +(warn|warning|error|critical)\b|\[(ERR|FTL)\]", re.IGNORECASE)
READ_BYTES_MAX = 256 * 1024


class Tail:
    def __init__(self, logs: Path, names: Iterable[str]) -> None:
        self._files = {name: logs / f"{name}.log" for name in names}
        self._read = {name: _size(path) for name, path in self._files.items()}
        self._from = dict(self._read)

    def warnings(self) -> Iterator[str]:
        """What came since the last call, as `name: line`."""
        for name, path in self._files.items():
            for line in self._new(name, path).splitlines():
                if _LOUD.search(line):
                    yield f"{name}: {line.partition(' ')[2]}"

    def last(self, name: str) -> str:
        """The last words of a child, of this run."""
        with self._files[name].open("rb") as file:
            file.seek(min(self._from[name], _size(self._files[name])))
            lines = file.read(READ_BYTES_MAX).decode(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else "it said nothing"

    def _new(self, name: str, path: Path) -> str:
        size = _size(path)
        if size < self._read[name]:
            self._read[name] = self._from[name] = 0  # The log was turned over.
        if size == self._read[name]:
            return ""
        with path.open("rb") as file:
            file.seek(self._read[name])
            data = file.read(READ_BYTES_MAX)
        whole = data[: data.rfind(b"\n") + 1]
        self._read[name] += len(whole)
        return whole.decode(errors="replace")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
