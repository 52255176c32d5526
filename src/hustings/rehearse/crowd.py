"""The synthetic crowd as a child process: an order in, a line a second out (spec/processes.md)."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

STOP_WITHIN_S = 5


class Crowd:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.last: dict[str, Any] = {}

    async def lines(self) -> AsyncIterator[dict[str, Any]]:
        """What the crowd says, until it ends; the last has `final` true."""
        assert self._process.stdout
        async for line in self._process.stdout:
            self.last = json.loads(line)
            yield self.last

    async def end(self) -> dict[str, Any]:
        """Stop it if it still runs; its last line."""
        if self._process.returncode is None:
            self._process.terminate()
        async for _ in self.lines():
            pass
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_WITHIN_S):
                await self._process.wait()
        return self.last


@asynccontextmanager
async def crowd(media: str, order: dict[str, Any]) -> AsyncIterator[Crowd]:
    """Run `hustings-media crowd`; passes stand in the order, so it is for its owner's eyes."""
    with tempfile.TemporaryDirectory(prefix="hustings-") as folder:
        path = Path(folder) / "crowd.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(order))
        process = await asyncio.create_subprocess_exec(
            media, "crowd", str(path), stdout=asyncio.subprocess.PIPE, start_new_session=True
        )
        running = Crowd(process)
        try:
            yield running
        finally:
            await running.end()
