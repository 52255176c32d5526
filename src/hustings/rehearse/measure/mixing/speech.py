"""Synthetic speakers at whoever mixes them, what of a core that takes, and what came back."""

import array
import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hustings.domain.refusals import StartRefused
from hustings.fleet.crowd import Crowd, crowd
from hustings.ops.clock import SystemClock, monotonic_ms
from hustings.rehearse.evening import NotReady, until
from hustings.rehearse.machine import processor_s

SETTLE_MS = 8_000
SOUNDS = 0.003
"""-50 dB of full scale: louder than any room of ours."""
SOUNDS_SHARE = 0.2
"""Of the frames that come back, pauses and all: less, and nothing was mixed."""
BROKEN_SHARE = 0.1
LOOKED_AT = 48
"""One sample in so many."""
CLOCK = SystemClock()


@dataclass
class Speech:
    """What the speakers say of themselves."""

    count: int
    last: dict[str, Any] = field(default_factory=dict)
    broken: int = 0
    """Lines that came back while it was measured."""

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Of each speaker that said something so far."""
        return [line for line in self.last.get("speakers", []) if line]

    async def stand(self) -> bool:
        return sum(line["connected"] is True for line in self.lines) == self.count

    def reconnects(self) -> int:
        return sum(int(line["reconnects"]) for line in self.lines)

    async def read(self, running: Crowd) -> None:
        async for line in running.lines():
            self.last = line


@dataclass(frozen=True)
class Turn:
    """One crowd at one who mixes: what of a core that took, the share of the frames that came back
    to a speaker in which anything is heard, and how many lines broke and came back."""

    percent: float
    sounding: float
    reconnects: int = 0


@asynccontextmanager
async def speaking(media: str, order: Mapping[str, Any], at: str) -> AsyncIterator[Speech]:
    """All of them speak, for as long as it is needed, to who is called `at`. Raises StartRefused
    where they cannot, or many of them did not all the time."""
    speech = Speech(len(order["speakers"]))
    async with crowd(media, order) as running:
        reading = asyncio.create_task(speech.read(running))
        try:
            await _all_stand(speech, at)
            await CLOCK.sleep_ms(SETTLE_MS)
            before = speech.reconnects()
            yield speech
            speech.broken = speech.reconnects() - before
        finally:
            running.stop()
            await reading
    if speech.broken > BROKEN_SHARE * speech.count:
        raise StartRefused(
            f"{speech.broken} times a speaker's line to {at} broke while it was measured.",
            "Measure with fewer, or on a freer machine.",
        )


async def _all_stand(speech: Speech, at: str) -> None:
    try:
        await until(speech.stand, "all speakers to stand")
    except NotReady:
        standing = [line for line in speech.lines if line["connected"]]
        refused = next((line["refused"] for line in speech.lines if line["refused"]), "nothing")
        raise StartRefused(
            f"Of {speech.count} speakers {len(standing)} came through to {at}. It said: {refused}",
            "Measure with fewer, or on a freer machine.",
        ) from None


async def share(pid: int, seconds: int) -> float:
    """What a process takes of a core meanwhile, in percent, user and system time. Raises
    StartRefused where it ends."""
    try:
        spent, began = processor_s(pid), monotonic_ms()
        await CLOCK.sleep_ms(seconds * 1000)
        return (processor_s(pid) - spent) / (monotonic_ms() - began) * 1e5
    except FileNotFoundError:
        raise StartRefused("Whoever was measured died of it.", "Look at its log.") from None


def sounding(folder: Path) -> float:
    """The share of the frames that a speaker kept in which anything is heard."""
    lengths = [int(row.split("\t")[2]) for row in (folder / "return.tsv").read_text().splitlines()]
    sound = array.array("f")
    sound.frombytes((folder / "return.f32").read_bytes()[: sum(lengths) * sound.itemsize])
    at, loud = 0, 0
    for length in lengths:
        frame = sound[at : at + length : LOOKED_AT]
        loud += sum(sample * sample for sample in frame) > SOUNDS**2 * max(1, len(frame))
        at += length
    return loud / max(1, len(lengths))


def must_sound(turn: Turn, at: str) -> None:
    """What mixes nothing costs nothing. Raises StartRefused."""
    if turn.sounding < SOUNDS_SHARE:
        raise StartRefused(
            f"What came back from {at} has sound in {turn.sounding:.0%} of it: it did not mix.",
            "Its figure would be worth nothing; look at its log.",
        )
