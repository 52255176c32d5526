"""What stages count of one seat's packets, as they tell the desk (spec/node.md, `lines`)."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import nats

from hustings.fleet.site import Site

COUNTED = ("received", "repaired", "concealed")


class Counts:
    """Of all lines of the seat, those that broke included."""

    def __init__(self, seat: str) -> None:
        self._seat = seat
        self._stages = set[str]()
        self._newest: dict[str, dict[str, Any]] = {}
        self._before: dict[str, dict[str, Any]] = {}

    def take(self, told: dict[str, Any]) -> None:
        """A message of a stage's."""
        for one in told["happenings"]:
            for line in one["lines"] if one["kind"] == "lines" else []:
                if line["seat"] == self._seat:
                    self._stages.add(told["node"])
                    self._newest[line["line"]] = line

    @property
    def stages(self) -> int:
        """How many have had such a line."""
        return len(self._stages)

    def start(self) -> None:
        """What was counted until now is not told."""
        self._before = dict(self._newest)

    def told(self) -> dict[str, int | None]:
        """Since the start, of all stages; None of what they do not tell."""
        return {name: self._sum(name) for name in COUNTED}

    def _sum(self, name: str) -> int | None:
        if any(name not in line for line in self._newest.values()):
            return None
        before = sum(int(line[name]) for line in self._before.values())
        return sum(int(line[name]) for line in self._newest.values()) - before


@asynccontextmanager
async def counts(site: Site, seat: str) -> AsyncIterator[Counts]:
    order = json.loads((site.run / "stage-1.order.json").read_text())["nats"]
    kept = Counts(seat)

    async def heard(message: Any) -> None:
        kept.take(json.loads(message.data))

    bus = await nats.connect(order["url"], token=order["token"])
    try:
        await bus.subscribe("hustings.happenings.*", cb=heard)
        yield kept
    finally:
        await bus.close()
