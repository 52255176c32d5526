"""A bus without a network: what was published is a list, and can be answered to."""

from collections.abc import Awaitable, Callable


class FakeBus:
    def __init__(self) -> None:
        self.published: list[tuple[str, bytes]] = []
        self.up = True
        self._then: dict[str, Callable[[str, bytes], Awaitable[None]]] = {}

    async def publish(self, subject: str, message: bytes) -> None:
        if self.up:
            self.published.append((subject, message))

    async def subscribe(self, subject: str, then: Callable[[str, bytes], Awaitable[None]]) -> None:
        self._then[subject] = then

    def connected(self) -> bool:
        return self.up

    async def arrive(self, subject: str, message: bytes) -> None:
        """As if a node had sent it."""
        for pattern, then in self._then.items():
            if subject.startswith(pattern.rstrip("*")):
                await then(subject, message)
