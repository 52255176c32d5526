"""`hustings rehearse --simulate`: what a fleet would need, worked out in virtual time."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from hustings.cli.common import Group, Told
from hustings.fleet.programs import find_media
from hustings.rehearse.forecast import KBIT_PER_LISTENER, Crowd, Fleet, evening, fewest

SIMULATE: Group = {
    "simulate": (
        Annotated[bool, typer.Option("--simulate", help="In virtual time, of a whole fleet.")],
        False,
    ),
    "fleet": (
        Annotated[int | None, typer.Option(min=1, max=1000, help="Edges; else the fewest.")],
        None,
    ),
    "dying": (Annotated[int, typer.Option(min=0, help="Edges that die meanwhile.")], 0),
    "us_per_part": (Annotated[float, typer.Option(help="`bench fanout` measures it.")], 5.5),
    "us_per_join": (Annotated[float, typer.Option(help="`bench crush` measures it.")], 60.0),
    "edge_uplink_mbit": (Annotated[int | None, typer.Option(help="The line of each.")], None),
    "rtt_ms": (Annotated[float, typer.Option(help="To listeners and back.")], 40.0),
    "price": (Annotated[float | None, typer.Option(help="Of an edge and hour.")], None),
    "seed": (Annotated[int, typer.Option(help="One seed is one evening.")], 1),
}


def simulate(told: Told, listeners: int, join_rate: float) -> None:
    own = told.own
    media = find_media(told.settings().site.media)
    crowd = Crowd(listeners, join_rate)
    fleet = Fleet(
        own["us_per_part"],
        own["us_per_join"],
        own["edge_uplink_mbit"],
        own["dying"],
        own["rtt_ms"],
        own["seed"],
    )

    def run(edges: int) -> dict[str, Any]:
        return evening(media, crowd, fleet, edges)

    if own["fleet"]:
        edges, found = own["fleet"], run(own["fleet"])
    else:
        edges, found = fewest(run, listeners, fleet.dying)
    gbit = listeners * KBIT_PER_LISTENER / 1e6
    figures = {
        "edges": edges,
        "gbit_per_s": round(gbit, 2),
        "gbit_per_s_per_edge": round(gbit / max(1, edges - fleet.dying), 3),
        "price_per_hour": None if own["price"] is None else round(edges * own["price"], 2),
        **found,
    }
    told.show(figures, *_lines(figures, crowd, fleet))


def _lines(told: dict[str, Any], crowd: Crowd, fleet: Fleet) -> Sequence[str]:
    first, back = told["first_sound_s"], told["back_s"]
    lines = [
        f"{told['edges']} edges for {crowd.listeners:,} listeners, {crowd.per_s:,.0f} a second.",
        f"{told['heard_within_5_s']:.2%} hear within 5 s (p99 {first['p99']} s), "
        f"{told['missed_parts']:,} parts are missed inside, {told['waiting_most']:,} wait in line "
        "at most.",
        f"{told['gbit_per_s']:g} Gbit/s in all, {told['gbit_per_s_per_edge']:g} at each edge.",
    ]
    if told["lost_with_edges"]:
        lines.append(
            f"{fleet.dying} edges die with {told['lost_with_edges']:,} listeners, who are back "
            f"after {back['p50']} s (p99 {back['p99']} s)."
        )
    slower = sum(count for cadence, count in told["cadences"] if cadence > 1)
    if slower:
        lines.append(f"{slower:,} hear it a little later than usual.")
    if told["price_per_hour"] is not None:
        lines.append(f"{told['price_per_hour']:,.2f} an hour.")
    lines.append(
        f"A forecast: of edges that take {fleet.us_per_part:g} µs a listener and part and "
        f"{fleet.us_per_join:g} µs to let one in. No network was measured."
    )
    return lines
