"""Tells the nodes what to do and hears what they did (spec/node.md).

Orders go out on a hello, on every change and every two seconds: whoever missed one has the next.
What the orders hold is decided in orders.py, what stands in watch.py.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hustings.desk.desk import Desk
from hustings.desk.orders import House, orders
from hustings.desk.passes import fleet_keys
from hustings.desk.ports import Bus
from hustings.desk.watch import Note, PeerFault, Watch
from hustings.domain.events import Event
from hustings.domain.ids import PersonId
from hustings.domain.refusals import Refused
from hustings.domain.roles import Role
from hustings.domain.wishes import By

EVERY_MS = 2000
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """Where everyone is."""

    own: str
    """The desk's address, for edges."""
    stages: tuple[str, ...]
    """Theirs, for edges and packagers."""
    packagers: tuple[str, ...] = ()
    """Theirs, for edges."""
    nodes: Mapping[str, str] = field(default_factory=dict)
    """Node to role: those told what to do before they were ever heard of."""


class Stagehand:
    def __init__(self, bus: Bus, watch: Watch, place: Place) -> None:
        self.peer_faults = 0
        self._bus = bus
        self.watch = watch
        self._place = place
        self._desk: Desk | None = None

    async def begin(self, desk: Desk) -> None:
        self._desk = desk
        await self._bus.subscribe("hustings.hello.*", self._hello)
        await self._bus.subscribe("hustings.happenings.*", self._happened)

    async def changed(self, events: Sequence[Event]) -> None:
        await self.tell_all()

    async def tell_all(self) -> None:
        desk = self._begun()
        heard = self.watch.nodes(desk.ports.clock.now_ms())
        for node, role in {**self._place.nodes, **{n.node: n.role for n in heard}}.items():
            await self._tell(desk, node, role)

    async def _tell(self, desk: Desk, node: str, role: str) -> None:
        now_ms = desk.ports.clock.now_ms()
        house = House(
            desk=self._place.own,
            stages=self._place.stages,
            packagers=self._place.packagers,
            key=desk.pass_key,
            fleet_keys=fleet_keys(desk.ports.keys.passes, now_ms),
            revision=desk.revision,
            revoked=desk.revoked(),
        )
        told = orders(house, desk.halls.values(), role, now_ms)
        await self._bus.publish(f"hustings.orders.{node}", _pack(told))

    async def _hello(self, subject: str, message: bytes) -> None:
        desk = self._begun()
        try:
            said = _unpack(subject, message)
            self.watch.saw(said["node"], said.get("role", ""), desk.ports.clock.now_ms())
        except PeerFault:
            self.peer_faults += 1
            return
        _log.debug("node.hello node=%s role=%s", said["node"], said["role"])
        await self._tell(desk, said["node"], said["role"])

    async def _happened(self, subject: str, message: bytes) -> None:
        desk = self._begun()
        now_ms = desk.ports.clock.now_ms()
        try:
            batch = _unpack(subject, message)
            known = {node.node for node in self.watch.nodes(now_ms)}
            notes = self.watch.handle(batch, now_ms)
        except PeerFault:
            self.peer_faults += 1
            return
        if batch["node"] not in known:
            # Its hello was said before anybody listened.
            await self._tell(desk, batch["node"], batch["role"])
        for hall in desk.halls.values():
            notes += self.watch.lost(hall.hall, hall.floor.lines, now_ms)
        await self._note(desk, notes, By(PersonId(batch["node"]), Role.OWNER))

    async def _note(self, desk: Desk, notes: Sequence[Note], by: By) -> None:
        for hall, wish in notes:
            try:
                await desk.ask(hall, wish, by)
            except Refused:
                self.peer_faults += 1

    def _begun(self) -> Desk:
        assert self._desk is not None, "begin() comes first"
        return self._desk


def _pack(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _unpack(subject: str, message: bytes) -> dict[str, Any]:
    """The message, if it is one and speaks for the node whose subject it came on."""
    try:
        said = json.loads(message)
    except (ValueError, RecursionError):
        raise PeerFault("not JSON") from None
    if isinstance(said, dict) and said.get("node") == subject.rpartition(".")[2]:
        return said
    raise PeerFault("a node that speaks for another")
