"""`hustings floor …`: who is heard, who waits, and what each line lacks."""

from collections.abc import Callable
from typing import Annotated

import typer

from hustings.cli.client import reach
from hustings.cli.common import CLIENT, Told, takes
from hustings.client import Hall as Held
from hustings.shapes import Floor

app = typer.Typer(no_args_is_help=True, help="Lead the floor: who is on air, and who comes next.")

Hall = Annotated[str, typer.Argument(help="The address of the town hall.")]
Seat = Annotated[str, typer.Argument(help="A seat.")]

STANDING = {
    "on_air": "ON AIR",
    "ready": "ready",
    "green_room": "green room",
    "spent": "time is spent",
}


@app.command()
@takes(CLIENT)
def show(told: Told, hall: Hall) -> None:
    """Every seat, what its line lacks, and the hands in order."""
    _show(told, _hall(told, hall).floor.shown())


def _act(name: str, does: str, act: Callable[[Held, str], Floor]) -> None:
    @takes(CLIENT)
    def verb(told: Told, hall: Hall, seat: Seat) -> None:
        _show(told, act(_hall(told, hall), seat))

    verb.__doc__ = does
    app.command(name=name)(verb)


_act("up", "Bring a seat on air; its line has to be proven.", lambda h, seat: h.floor.up(seat))
_act("down", "Take a seat off air, to the green room.", lambda h, seat: h.floor.down(seat))
_act("mute", "Let nobody hear a seat.", lambda h, seat: h.floor.mute(seat))
_act(
    "suppress",
    "Take the noise around a seat's microphone out.",
    lambda h, seat: h.floor.suppress(seat),
)
_act(
    "unsuppress",
    "Leave a seat's sound as it comes.",
    lambda h, seat: h.floor.suppress(seat, on=False),
)
_act("unmute", "Let a seat be heard again.", lambda h, seat: h.floor.mute(seat, on=False))


@app.command()
@takes(CLIENT)
def call(told: Told, hall: Hall) -> None:
    """Give the next raised hand a seat in the green room."""
    held = _hall(told, hall)
    floor = held.floor.shown()
    waiting = [hand["person"] for hand in floor["hands"] if hand["seat"] is None]
    if not waiting:
        told.show(floor, "No hand is up.")
        return
    _show(told, held.hands.call(waiting[0]))


def _hall(told: Told, hall: str) -> Held:
    return reach(told.settings()).hall(hall)


def _show(told: Told, floor: Floor) -> None:
    lines = []
    for seat in floor["seats"]:
        muted = ", muted" if seat["muted"] else ""
        suppressed = ", noise suppressed" if seat["suppressed"] else ""
        standing = f"{STANDING[seat['standing']]}{muted}{suppressed}"
        lines.append(f"{seat['seat']:<12} {standing:<20} {seat['sentence']}")
        if seat["mend"]:
            lines.append(f"{'':<33} {seat['mend']}")
    for hand in floor["hands"]:
        place = f"called to {hand['seat']}" if hand["seat"] else f"hand {hand['position']}"
        why = f": {hand['reason']}" if hand["reason"] else ""
        lines.append(f"{place:<33} {hand['name'] or hand['person']}{why}")
    told.show(floor, *(lines or ["Nobody has a seat, and no hand is up."]))
