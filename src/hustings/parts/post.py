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

ASK_AFTER_BEATS = 5
"""Orders come every two seconds; after this long without any, ask again."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wanted:
    """One hall, as the orders have it."""

    hall: str
    stages: tuple[str, ...]
    state: str
    title: str = ""
    record: bool = False
    delay_ms: int = 0
    """What was said before it ended still comes for so long."""
    resume: str = ""
    """What edges give what they keep for."""

    @property
    def ended(self) -> bool:
        return self.state == "ended"


@dataclass(frozen=True)
class Who:
    """The node that speaks."""

    node: str
    role: str
    boot: str
    version: str


def read(orders: bytes) -> list[Wanted] | None:
    """None of what is no order; a newer desk may say more than is read here."""
    try:
        return [
            Wanted(
                hall=str(h["hall"]),
                stages=tuple(map(str, h["stages"])),
                state=str(h["state"]),
                title=str(h.get("title", "")),
                record=h.get("record") is True,
                delay_ms=int(h.get("air_delay_ms", 0)),
                resume=str(h.get("resume", "")),
            )
            for h in json.loads(orders)["halls"]
        ]
    except (ValueError, RecursionError, KeyError, TypeError):
        return None


class Post:
    def __init__(self, who: Who, data: Path, bus: Bus) -> None:
        self._who, self._path, self._bus = who, data / "orders.json", bus
        self._seq = self._unheard = 0
        self._last: list[Wanted] = []
        self._then: Callable[[list[Wanted]], None] = lambda _: None

    async def begin(self, then: Callable[[list[Wanted]], None]) -> None:
        """`then` gets the orders of last time, and all that come."""
        self._then = then
        if self._path.exists():
            self._last = read(self._path.read_bytes()) or []
            then(self._last)
        await self._bus.subscribe(f"hustings.orders.{self._who.node}", self._told)

    async def hello(self) -> None:
        who = self._who
        said = {"node": who.node, "role": who.role, "version": who.version}
        await self._bus.publish(f"hustings.hello.{who.node}", json.dumps(said).encode())

    async def beat(self, now_ms: int, happenings: Sequence[dict[str, Any]]) -> None:
        """Once a second."""
        self._unheard += 1
        if self._unheard % ASK_AFTER_BEATS == 0:
            await self.hello()
        self._seq += 1
        batch = {
            "v": 1,
            "node": self._who.node,
            "role": self._who.role,
            "boot": self._who.boot,
            "seq": self._seq,
            "at_ms": now_ms,
            "happenings": list(happenings),
        }
        await self._bus.publish(f"hustings.happenings.{self._who.node}", json.dumps(batch).encode())

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
            _log.warning("parts.orders_not_remembered error=%s", type(error).__name__)
        self._then(wanted)
