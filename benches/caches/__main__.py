"""HLS players by the thousand at a cache: what the edge behind it is asked, and what they hear."""

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benches.caches.asked import Asked
from benches.caches.run import CACHES
from benches.peers import bench, edge, machine
from benches.peers.ears.crowd import over_http, room_for, until
from benches.peers.ears.hls import Player, ask
from benches.peers.ears.loop import Order
from benches.peers.ears.tally import spread
from hustings.domain.refusals import StartRefused
from hustings.ops.clock import SystemClock, monotonic_ms, wait_ms
from hustings.rehearse.measure.cores import two_cores

COME_PER_S = 200
SETTLE_MS = 5_000
WARM_MS = 16_000
DIRECT = 20
"""So many listen without a cache, beside: what their sound's age is, nobody's can be less."""


def measure(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    low = given.cache == "varnish"
    with edge.town_hall(folder) as (stream, _):
        where = urlsplit(stream)
        origin, path = f"127.0.0.1:{(where.port or 0) - 1}", where.path.replace(".mp4", ".m3u8")
        listed = partial(machine.answers, int(origin.rpartition(":")[2]), path, b" 200 ")
        machine.wait_for("A playlist", listed, folder / "said.log")
        # A hall that has just opened has less to list than players of whole segments count back.
        wait_ms(0 if low else WARM_MS)
        with CACHES[given.cache](folder, origin) as cache:
            # What lies between a player and the end of the playlist is all its patience.
            make = partial(Player, path=path, low_latency=low, patience_ms=0)
            wanted = Order(cache.port, ask(path), make, given.players, COME_PER_S)
            plain = Order(int(origin.rpartition(":")[2]), ask(path), make, DIRECT, COME_PER_S)
            with over_http(wanted) as crowd, over_http(plain) as direct:
                within = 30_000 + given.players * 1_000 // COME_PER_S
                joined, _ = until(crowd, lambda told: told.playing == given.players, within)
                wait_ms(SETTLE_MS)
                first, calm, seen = crowd.tell(), direct.tell(), len(cache.asked())
                wait_ms(given.seconds * 1_000)
                last, beside = crowd.tell(), direct.tell()
                wait_ms(1_000)
                asked = Asked.of(cache.asked()[seen:], given.seconds)
    to_wall = SystemClock().now_ms() - monotonic_ms()
    return {
        "cache": given.cache,
        "version": cache.version,
        "players": given.players,
        "seconds": given.seconds,
        "joined_share": round(joined.playing / given.players, 4),
        "first_sound_ms": spread(joined.first_sound_ms),
        "pieces_per_player_s": round(
            (last.pieces - first.pieces) / given.players / given.seconds, 3
        ),
        "edge_requests": asked.told(),
        "stalls_or_gaps": bench.since(first, last).gaps,
        "age_ms": spread(joined.ages_ms, -to_wall),
        "age_without_cache_ms": spread(calm.ages_ms, -to_wall),
        "stalls_without_cache": beside.stalls,
        "crowd_late_ms": spread(last.late_ms),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", choices=sorted(CACHES))
    parser.add_argument("--players", type=int, default=1_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    given = parser.parse_args()
    machine.stop_by_signal()
    try:
        two_cores()
        room_for(given.players)
        with machine.folder() as folder:
            told = measure(given, folder)
    except StartRefused as refused:
        sys.stderr.write(f"{refused.sentence}\n{refused.mend}\n")
        sys.exit(bench.REFUSED)
    lines = [f"{name:>24}  {value}" for name, value in told.items()]
    sys.stdout.write(f"{json.dumps(told) if given.json else chr(10).join(lines)}\n")


if __name__ == "__main__":
    main()
