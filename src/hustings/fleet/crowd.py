"""Runs a synthetic crowd (spec/processes.md, "crowd") and passes on what it says, line by line.

What the lines mean to people is the caller's.
"""

import asyncio
import contextlib
import json
import os
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any

from hustings.domain.refusals import StartRefused
from hustings.fleet.supervisor import REFUSED

LINE_BYTES_MAX = 1 << 20


class CrowdFault(Exception):
    """The crowd broke; its last words."""


def speaker(whip: str, token: str, file: Path) -> dict[str, Any]:
    return {
        "whip": whip,
        "pass": token,
        "file": str(file.resolve()),
        "loop": False,
        "gain_db": 0,
        "offset_ms": 0,
        "dump": None,
    }


def listeners(count: int, stream: str, save: Path | None = None) -> dict[str, Any]:
    kept = None if save is None else str(save.resolve())
    return {"count": count, "stream": stream, "ramp_per_s": 200, "save": kept, "dump": None}


class Crowd:
    def __init__(self, process: asyncio.subprocess.Process, words: IO[bytes]) -> None:
        self._process, self._words = process, words

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()

    async def lines(self) -> AsyncIterator[dict[str, Any]]:
        """Until it ends. Raises StartRefused or CrowdFault where it ends badly."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            yield json.loads(line)
        code = await self._process.wait()
        if code == REFUSED:
            raise StartRefused(self._last_words(), "Mend that, and try again.")
        if code:
            raise CrowdFault(self._last_words())

    def _last_words(self) -> str:
        self._words.seek(0)
        lines = self._words.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "It said nothing."


@asynccontextmanager
async def crowd(
    media: str, order: Mapping[str, Any], trust: Path | None = None
) -> AsyncIterator[Crowd]:
    """A synthetic crowd, for as long as it is needed. `trust`: the certificate it trusts."""
    env = None if trust is None else {**os.environ, "SSL_CERT_FILE": str(trust)}
    with tempfile.TemporaryFile() as err:
        async with _running((media, "crowd"), order, err, env) as process:
            yield Crowd(process, err)


@asynccontextmanager
async def beside(media: str, role: str, order: Mapping[str, Any]) -> AsyncIterator[int]:
    """A media process that no supervisor looks after, to be measured: its id."""
    with tempfile.TemporaryFile() as err:
        async with _running((media, role), order, err, None) as process:
            yield process.pid


@asynccontextmanager
async def _running(
    program: tuple[str, str],
    order: Mapping[str, Any],
    err: IO[bytes],
    env: Mapping[str, str] | None,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The order holds passes: it is readable by us alone, and gone when the process is."""
    with tempfile.TemporaryDirectory(prefix="hustings-") as folder:
        path = Path(folder) / f"{program[1]}.json"
        path.write_text(json.dumps(order))
        process = await asyncio.create_subprocess_exec(
            *program,
            str(path),
            stdout=asyncio.subprocess.PIPE,
            stderr=err,
            env=env,
            limit=LINE_BYTES_MAX,
            start_new_session=True,  # Ctrl-C is ours to pass on, once.
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
