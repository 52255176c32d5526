"""A bad line with sockets: listens where a stage is said to be, and passes on to where it is.

Like a router that translates addresses, each client has a socket of its own towards the stage.
"""

import asyncio
from contextlib import suppress
from typing import Any, cast

from hustings.domain.refusals import StartRefused
from hustings.rehearse.measure.line.link import Way

Address = tuple[str, int]


class Wire(asyncio.DatagramProtocol):
    """To one stage. Whoever came before `is_bad` was set goes on without harm."""

    def __init__(self, stage: Address, up: Way, down: Way, *, is_whole: bool = True) -> None:
        """`up`: to the stage. Where not `is_whole`, nothing passes that is not spared."""
        self._stage, self.up, self.down, self._is_whole = stage, up, down, is_whole
        self._clients: dict[Address, _Client] = {}
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.DatagramTransport | None = None
        self._origin_s: float | None = None
        self.is_bad = False
        self.carried = 0
        """Packets of those who are not spared, before losses and after."""

    async def open(self, at: Address) -> None:
        """Raises StartRefused."""
        try:
            await self._loop.create_datagram_endpoint(lambda: self, local_addr=at)
        except OSError as error:
            raise StartRefused(
                f"The link cannot listen at {at[0]}:{at[1]}: {error.strerror or error}.",
                "It needs loopback addresses of its own, as Linux has them; free that port.",
            ) from None

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._transport
        return int(self._transport.get_extra_info("sockname")[1])

    def worsen(self) -> None:
        """Losses begin now."""
        self._origin_s = self._loop.time()

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        if self._transport:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        client = self._clients.get(addr)
        if client is None:
            client = self._clients[addr] = _Client(self, addr, is_spared=not self.is_bad)
            opening = self._loop.create_datagram_endpoint(lambda: client, remote_addr=self._stage)
            client.opening = self._loop.create_task(opening)
        client.to_stage(data)

    def carry(self, way: Way, data: bytes, client: "_Client") -> None:
        """Let a packet have its fate."""
        give = client.give_stage if way is self.up else client.give_speaker
        if client.is_spared:
            give(data)
            return
        self.carried += 1
        if self._is_whole and (delay_ms := way.fate(self._at_ms())) is not None:
            self._loop.call_later(delay_ms / 1000, give, data)

    def send(self, data: bytes, to: Address) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.sendto(data, to)

    def _at_ms(self) -> float:
        return -1.0 if self._origin_s is None else (self._loop.time() - self._origin_s) * 1000


class _Client(asyncio.DatagramProtocol):
    """Somebody's socket towards the stage."""

    def __init__(self, wire: Wire, addr: Address, *, is_spared: bool) -> None:
        self._wire, self._addr, self.is_spared = wire, addr, is_spared
        self._transport: asyncio.DatagramTransport | None = None
        self._early: list[bytes] = []
        self.opening: asyncio.Task[Any] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        for data in self._early:
            self._transport.sendto(data)

    def to_stage(self, data: bytes) -> None:
        self._wire.carry(self._wire.up, data, self)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._wire.carry(self._wire.down, data, self)

    def give_stage(self, data: bytes) -> None:
        if self._transport is None:
            self._early.append(data)
        elif not self._transport.is_closing():
            self._transport.sendto(data)

    def give_speaker(self, data: bytes) -> None:
        self._wire.send(data, self._addr)

    def close(self) -> None:
        if self.opening:
            self.opening.cancel()
        with suppress(AttributeError):
            cast(asyncio.DatagramTransport, self._transport).close()
