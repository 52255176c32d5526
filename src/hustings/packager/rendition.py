"""One hall's AAC: parts from its stages in, LL-HLS parts out to whoever reads along."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from hustings.packager.boxes import header
from hustings.packager.order import Order
from hustings.packager.segment import LlPart
from hustings.parts.grid import SEGMENT_LL_PARTS
from hustings.parts.stream import Part

KEPT_LL_PARTS = 26 * SEGMENT_LL_PARTS
"""Two minutes: as much as an edge keeps for its players."""
QUIET_BEATS = 3
"""An ended hall that sent nothing for so long has sent all."""


class Shelf:
    """What may still be asked for. Readers take by number at their own pace: a slow one holds no
    queue and skips what is gone."""

    def __init__(self) -> None:
        self._kept: dict[int, bytes] = {}
        self._grown = asyncio.Event()

    @property
    def newest(self) -> int | None:
        return max(self._kept, default=None)

    def push(self, part: LlPart) -> None:
        self._kept[part.no] = part.data
        for no in [no for no in self._kept if no <= part.no - KEPT_LL_PARTS]:
            del self._kept[no]
        self._grown.set()
        self._grown = asyncio.Event()

    async def stream(self, first: int) -> AsyncIterator[bytes]:
        """The header, then every part from `first` on, as they come."""
        yield header()
        while True:
            grown = self._grown
            for no in sorted(no for no in self._kept if no >= first):
                if (data := self._kept.get(no)) is not None:
                    yield data
                first = no + 1
            if not grown.is_set():
                await grown.wait()


@dataclass
class Rendition:
    order: Order = field(default_factory=Order)
    shelf: Shelf = field(default_factory=Shelf)
    _quiet: int = 0

    @property
    def next(self) -> int | None:
        return self.order.next

    def take(self, part: Part) -> None:
        self._quiet = 0
        self.order.handle(part)
        self._keep()

    def beat(self, *, ended: bool) -> None:
        """Once a second."""
        self._quiet += 1
        if ended and self._quiet >= QUIET_BEATS:
            self.order.end()
            self._keep()

    def _keep(self) -> None:
        while (part := self.order.poll()) is not None:
            self.shelf.push(part)
