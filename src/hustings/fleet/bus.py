"""NATS, as a bus that never raises into the desk and never gives up.

Only core subjects: what is lost while NATS is away is replaced by the next order or happening.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error

Then = Callable[[str, bytes], Awaitable[None]]

RETRY_S = 0.25
PAUSE_MS = 100
PING_S = 5
_log = logging.getLogger(__name__)


class NatsBus:
    def __init__(
        self, url: str, token: str, pause: Callable[[], Awaitable[None]], name: str = "desk"
    ) -> None:
        """`pause` waits a moment before the next try to reach a server that is not there yet."""
        self._name = name
        self._url, self._token, self._pause = url, token, pause
        self._client = Client()
        self._then: list[tuple[str, Then]] = []
        self._back: Callable[[], Awaitable[None]] | None = None

    def on_connect(self, then: Callable[[], Awaitable[None]]) -> None:
        """Called after each connection; orders are due then."""
        self._back = then

    def connected(self) -> bool:
        return self._client.is_connected

    async def publish(self, subject: str, message: bytes) -> None:
        if not self.connected():
            return
        try:
            await self._client.publish(subject, message)
        except (Error, OSError) as error:
            _log.info("bus.lost subject=%s error=%s", subject, type(error).__name__)

    async def subscribe(self, subject: str, then: Then) -> None:
        """Takes effect with the connection, and again with each one after it."""
        self._then.append((subject, then))

    async def run(self) -> None:
        """Connect, however long it takes, and stay so until cancelled."""
        while True:
            try:
                await self._connect()
                break
            except (Error, OSError, TimeoutError):
                # The library gives up on a server that was never there; a new client begins anew.
                self._client = Client()
                await self._pause()
        try:
            await asyncio.Event().wait()
        finally:
            await self._client.close()

    async def _connect(self) -> None:
        await self._client.connect(
            self._url,
            token=self._token,
            name=self._name,
            max_reconnect_attempts=-1,
            reconnect_time_wait=RETRY_S,  # type: ignore[arg-type]  # It only sleeps for it.
            ping_interval=PING_S,
            max_outstanding_pings=2,
            error_cb=_quiet,
            disconnected_cb=self._told_gone,
            reconnected_cb=self._told_back,
        )
        for subject, then in self._then:
            await self._client.subscribe(subject, cb=_guarded(then))
        _log.info("bus.connected")
        if self._back:
            await self._back()

    async def _told_gone(self) -> None:
        _log.warning("bus.away; listening and speaking go on without it")

    async def _told_back(self) -> None:
        _log.warning("bus.back")
        if self._back:
            await self._back()


async def _quiet(error: Exception) -> None:
    _log.debug("bus.error error=%s", type(error).__name__)


def _guarded(then: Then) -> Callable[[Msg], Awaitable[None]]:
    async def take(message: Msg) -> None:
        try:
            await then(message.subject, message.data)
        except Exception:  # noqa: BLE001  # One message must not end the subscription.
            _log.exception("bus.message_failed")

    return take
