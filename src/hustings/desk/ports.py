"""What the desk needs from outside, as protocols. Real ones: ops, store, fleet. Fakes: testing."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hustings.domain.ids import HallId, PersonId
from hustings.ledger.records import Entry


class Conflict(Exception):
    """Somebody else appended first. With one desk to a log this is a bug of ours."""


class Unwritable(Exception):
    """What was to be kept cannot be: a disk that is full, or that takes nothing. Says why."""


class Clock(Protocol):
    def now_ms(self) -> int:
        """Wall time, never running back."""

    async def sleep_ms(self, ms: int) -> None: ...


class Entropy(Protocol):
    def draw(self, count: int) -> bytes: ...


class Store(Protocol):
    async def append(self, entries: Sequence[Entry], *, erase: PersonId | None = None) -> None:
        """Keep `entries` of one hall, all or none; with them erase every text about a person.

        Raises Conflict where the first of them is not the hall's next, Unwritable where the disk
        takes nothing.
        """

    async def halls(self) -> list[HallId]: ...

    async def entries(self, hall: HallId) -> list[Entry]: ...

    async def leaves(self) -> list[bytes]:
        """The hashes of all entries of all halls, in the order of their appending."""

    async def keep_checkpoint(self, size: int, note: str) -> None: ...


class OwnerLinks(Protocol):
    async def add(self, token_hash: bytes, expires_at_ms: int) -> None: ...

    async def use(self, token_hash: bytes, now_ms: int) -> bool:
        """Whether it was good; it is not a second time."""


class Sounds(Protocol):
    """Prepared sounds, each named by the SHA-256 of its bytes, in hex."""

    def keep(self, data: bytes) -> str:
        """Raises Refused where it is no sound that can be played, Unwritable on a full disk."""

    def read(self, sound: str) -> bytes | None: ...


class Bus(Protocol):
    """Never raises: a bus that is away loses messages, and the next order replaces them all."""

    async def publish(self, subject: str, message: bytes) -> None: ...

    async def subscribe(
        self, subject: str, then: Callable[[str, bytes], Awaitable[None]]
    ) -> None: ...

    def connected(self) -> bool: ...


@dataclass(frozen=True)
class Keys:
    """Two keys, so that neither a pass can pose as a checkpoint nor the other way round."""

    passes: Ed25519PrivateKey
    log: Ed25519PrivateKey


@dataclass(frozen=True)
class Ports:
    clock: Clock
    entropy: Entropy
    store: Store
    keys: Keys
