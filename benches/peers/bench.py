"""The two measurements, the same for every peer: many who listen, and many who come at once."""

import argparse
import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any

from benches.peers.ears.crowd import Crowd, room_for, until
from benches.peers.ears.tally import Tally, percentile, spread
from benches.peers.machine import Spent, stop_by_signal
from hustings.domain.refusals import StartRefused
from hustings.ops.clock import wait_ms
from hustings.rehearse.measure.cores import two_cores

CALM_MS = 5_000
CALM_SHARE = 0.5
SETTLE_MS = 3_000
COME_PER_S = 1_000
SIT_PER_S = 500
AT_ONCE_PER_S = 1e9
JOINED_WITHIN_MS = 30_000
STORM_MS = 15_000
REFUSED = 2


@dataclass(frozen=True)
class Peer:
    """It runs, and has sound. `crowd` takes how many, and how many of them come each second."""

    name: str
    version: str
    settings: dict[str, Any]
    pids: tuple[int, ...]
    crowd: Callable[[int, float], AbstractContextManager[Crowd]]


@dataclass(frozen=True)
class Size:
    """Room is made for so many, whichever the measurement."""

    listeners: int
    seconds: int
    joins: int
    sitting: int

    @property
    def most(self) -> int:
        return max(self.listeners, self.joins + self.sitting)


Start = Callable[[argparse.Namespace, int], AbstractContextManager[Peer]]
"""What starts a peer that holds so many at most."""


def options(summary: str, listeners: int) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=summary)
    parser.add_argument("--listeners", type=int, default=listeners)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--joins", type=int, default=0, help="so many at once, while others sit")
    parser.add_argument("--sitting", type=int, default=0, help="so many sit already")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    return parser


def main(
    parser: argparse.ArgumentParser, start: Start, before: Callable[[], None] = lambda: None
) -> None:
    given = parser.parse_args()
    size = Size(given.listeners, given.seconds, given.joins, given.sitting)
    stop_by_signal()
    try:
        before()
        two_cores()
        room_for(size.most)
        with start(given, size.most) as peer:
            measured = storm(peer, size) if size.joins else fanout(peer, size)
    except StartRefused as refused:
        sys.stderr.write(f"{refused.sentence}\n{refused.mend}\n")
        sys.exit(REFUSED)
    told = {"peer": peer.name, "version": peer.version, "settings": peer.settings} | measured
    lines = [f"{name:>32}  {value}" for name, value in told.items()]
    sys.stdout.write(f"{json.dumps(told) if given.json else chr(10).join(lines)}\n")


def fanout(peer: Peer, size: Size) -> dict[str, Any]:
    """What listeners cost who are all there."""
    calm_began = Spent.by(peer.pids)
    wait_ms(CALM_MS)
    calm = Spent.by(peer.pids)
    if calm.since(calm_began).core > CALM_SHARE:
        raise StartRefused(
            "The core of who serves is busy before anyone listens.", "Measure when it is free."
        )
    with peer.crowd(size.listeners, COME_PER_S) as crowd:
        within = JOINED_WITHIN_MS + size.listeners * 1000 // COME_PER_S
        joined, _ = until(crowd, lambda told: told.playing == size.listeners, within)
        wait_ms(SETTLE_MS)
        first, before = crowd.tell(), Spent.by(peer.pids)
        wait_ms(size.seconds * 1000)
        after, last = Spent.by(peer.pids), crowd.tell()
    return {
        "listeners": size.listeners,
        "seconds": size.seconds,
        **costs((calm_began, calm), (before, after), (first.playing + last.playing) / 2),
        "joined_share": round(joined.playing / size.listeners, 4),
        "first_sound_ms": spread(joined.first_sound_ms),
        "stalls_or_gaps": since(first, last).gaps,
        "age_ms": spread(last.ages_ms, percentile(last.ages_ms, 0) or 0),
        "pieces_per_listener_second": round(
            (last.pieces - first.pieces) / size.seconds / max(1, last.playing), 2
        ),
        "crowd_late_ms": spread(last.late_ms),
    }


def costs(calm: tuple[Spent, Spent], full: tuple[Spent, Spent], ears: float) -> dict[str, Any]:
    """Per listener, what was done beyond calm. Both ends of a connection are this kernel's."""
    quiet, busy = calm[1].since(calm[0]), full[1].since(full[0])
    ears = max(1.0, ears)
    return {
        "server_us_per_listener_second": round((busy.core - quiet.core) * 1e6 / ears, 2),
        "process_us_per_listener_second": round((busy.own - quiet.own) * 1e6 / ears, 2),
        "core_busy_share": round(busy.core, 4),
        "calm_busy_share": round(quiet.core, 4),
        "beyond_own_share": round((busy.core - busy.own) - (quiet.core - quiet.own), 4),
        "crowd_busy_share": round(busy.others, 4),
        "stolen_share": round(busy.stolen, 4),
        "bytes_per_listener": {
            "rss": round((full[1].rss - calm[1].rss) / ears),
            "kernel": round((full[1].kernel - calm[1].kernel) / ears),
        },
    }


def storm(peer: Peer, size: Size) -> dict[str, Any]:
    """Many come at once while others sit: who has sound in time, and what those who sit hear."""
    with ExitStack() as there:
        inside = there.enter_context(peer.crowd(size.sitting, SIT_PER_S))
        within = JOINED_WITHIN_MS + size.sitting * 1000 // SIT_PER_S
        sat, _ = until(inside, lambda told: told.playing == size.sitting, within)
        wait_ms(SETTLE_MS)
        inside.tell()
        wait_ms(CALM_MS)
        calm, before = inside.tell(), Spent.by(peer.pids)
        outside = there.enter_context(peer.crowd(size.joins, AT_ONCE_PER_S))
        came, took = until(outside, lambda told: told.playing == size.joins, STORM_MS)
        spent, after = Spent.by(peer.pids).since(before), inside.tell()
    zero = percentile(calm.ages_ms, 0) or 0
    return {
        "joins": size.joins,
        "sitting": size.sitting,
        "sat_share": round(sat.playing / max(1, size.sitting), 4),
        "within_ms": STORM_MS,
        "took_ms": took if came.playing == size.joins else None,
        "joined_share": round(came.playing / size.joins, 4),
        "turned_away": came.turned_away,
        "first_sound_ms": spread(came.first_sound_ms),
        "busy_share": {"server": round(spent.core, 4), "crowd": round(spent.others, 4)},
        "stalls_or_gaps": since(calm, after).gaps,
        "calm_longest_wait_ms_p99": percentile(calm.waits_ms, 0.99),
        "age_ms": {"calm": spread(calm.ages_ms, zero), "storm": spread(after.ages_ms, zero)},
        "crowd_late_ms": spread(came.late_ms),
    }


def since(before: Tally, after: Tally) -> Tally:
    """What was counted between the two; waits are of the later already."""
    return Tally(
        stalls=after.stalls - before.stalls,
        missing=after.missing - before.missing,
        let_go=after.let_go - before.let_go,
        waits_ms=after.waits_ms,
    )
