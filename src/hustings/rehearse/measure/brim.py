"""More listeners than there is memory for: how many are let in, what those inside hear of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hustings.ops.clock import SystemClock, monotonic_ms
from hustings.rehearse.ears import Wanted, ears
from hustings.rehearse.machine import is_there
from hustings.rehearse.measure.cores import Served
from hustings.rehearse.measure.quota import within_memory

MIB = 1 << 20
SEEN_MS = 3_000
"""By then the edge knows what it is held to."""
CLOCK = SystemClock()


@dataclass(frozen=True)
class Brim:
    """So many come, so many a second, where the edge may take so much more memory."""

    listeners: int
    per_s: float
    memory_mib: int
    seconds: int
    trust: Path | None = None


async def brim(media: str, served: Served, wanted: Brim) -> dict[str, Any]:
    """Raises StartRefused."""
    coming = Wanted(wanted.listeners, [served.stream], wanted.per_s, trust=wanted.trust)
    with within_memory(served.pids, wanted.memory_mib * MIB) as memory:
        await CLOCK.sleep_ms(SEEN_MS)
        async with ears(media, coming) as crowd:
            began = monotonic_ms()
            while monotonic_ms() - began < wanted.seconds * 1000:
                said = await crowd.next()
        return {
            "listeners": wanted.listeners,
            "memory_mib": wanted.memory_mib,
            "memory_most_mib": round(memory.most / MIB, 1),
            "inside": said.playing,
            "in_line": said.waiting,
            "missed_parts": said.missed,
            "reconnects": said.reconnects,
            "refused": dict(said.refused),
            "first_sound_ms": said.first_sound_ms.told(),
            "killed_for_memory": memory.killed,
            "edge_lives": all(map(is_there, served.pids)),
        }
