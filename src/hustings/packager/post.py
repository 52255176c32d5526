"""The line to the desk: orders in, happenings out, and the last orders on disk (spec/node.md).

All of it may be gone at any time without anyone hearing it.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hustings.desk.ports import Bus

ROLE = "packager"
ASK_AFTER_BEATS = 5
"""Orders come every two seconds; after this long without any, ask again."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wanted:
    """One hall, as the orders have it."""

    hall: str
    stages: tuple[str, ...]
    ended: bool


def read(orders: bytes) -> list[Wanted] | None:
    """None of what is no order; a newer desk may say more than is read here."""
    try:
        return [
            Wanted(str(h["hall"]), tuple(map(str, h["stages"])), h["state"] == "ended")
            for h in json.loads(orders)["halls"]
        ]
    except (ValueError, RecursionError, KeyError, TypeError):
        return None


class Post:
    def __init__(self, node: str, data: Path, bus: Bus, boot: str) -> None:
        self._node, self._path, self._bus, self._boot = node, data / "orders.json", bus, boot
        self._seq = self._unheard = 0
        self._last: list[Wanted] = []
        self._then: Callable[[list[Wanted]], None] = lambda _: None

    async def begin(self, version: str, then: Callable[[list[Wanted]], None]) -> None:
        """`then` gets the orders of last time, and all that come."""
        self._then, self._version = then, version
        if self._path.exists():
            self._last = read(self._path.read_bytes()) or []
            then(self._last)
        await self._bus.subscribe(f"hustings.orders.{self._node}", self._told)

    async def hello(self) -> None:
        said = {"node": self._node, "role": ROLE, "version": self._version}
        await self._bus.publish(f"hustings.hello.{self._node}", json.dumps(said).encode())

    async def beat(self, now_ms: int, happenings: Sequence[dict[str, Any]]) -> None:
        """Once a second."""
        self._unheard += 1
        if self._unheard % ASK_AFTER_BEATS == 0:
            await self.hello()
        self._seq += 1
        batch = {
            "v": 1,
            "node": self._node,
            "role": ROLE,
            "boot": self._boot,
            "seq": self._seq,
            "at_ms": now_ms,
            "happenings": list(happenings),
        }
        await self._bus.publish(f"hustings.happenings.{self._node}", json.dumps(batch).encode())

    async def _told(self, _subject: str, message: bytes) -> None:
        wanted = read(message)
        if wanted is None:
            return
        self._unheard = 0
        if wanted == self._last:
            return
        self._last = wanted
        try:
            fresh = self._path.with_suffix(".fresh")
            fresh.write_bytes(message)
            fresh.replace(self._path)
        except OSError as error:
            _log.warning("packager.orders_not_remembered error=%s", type(error).__name__)
        self._then(wanted)
