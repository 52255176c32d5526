"""`hustings floor …`: who is heard, who waits, and what each line lacks."""

from typing import Annotated, Any

import typer

from hustings.cli.client import Client
from hustings.cli.common import CLIENT, Told, takes

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
    _show(told, _client(told).call("GET", f"/halls/{hall}/floor"))


def _act(act: str, does: str, path: str, body: dict[str, Any] | None) -> None:
    @takes(CLIENT)
    def verb(told: Told, hall: Hall, seat: Seat) -> None:
        _show(told, _client(told).call("POST", f"/halls/{hall}/seats/{seat}/{path}", body))

    verb.__doc__ = does
    app.command(name=act)(verb)


_act("up", "Bring a seat on air; its line has to be proven.", "up", None)
_act("down", "Take a seat off air, to the green room.", "down", None)
_act("mute", "Let nobody hear a seat.", "mute", {"on": True})
_act("unmute", "Let a seat be heard again.", "mute", {"on": False})


@app.command()
@takes(CLIENT)
def call(told: Told, hall: Hall) -> None:
    """Give the next raised hand a seat in the green room."""
    client = _client(told)
    floor = client.call("GET", f"/halls/{hall}/floor")
    waiting = [hand["person"] for hand in floor["hands"] if hand["seat"] is None]
    if not waiting:
        told.show(floor, "No hand is up.")
        return
    _show(told, client.call("POST", f"/halls/{hall}/hands/{waiting[0]}/call", {}))


def _client(told: Told) -> Client:
    return Client.of(told.settings())


def _show(told: Told, floor: dict[str, Any]) -> None:
    lines = []
    for seat in floor["seats"]:
        muted = ", muted" if seat["muted"] else ""
        standing = f"{STANDING[seat['standing']]}{muted}"
        lines.append(f"{seat['seat']:<12} {standing:<20} {seat['sentence']}")
        if seat["mend"]:
            lines.append(f"{'':<33} {seat['mend']}")
    for hand in floor["hands"]:
        place = f"called to {hand['seat']}" if hand["seat"] else f"hand {hand['position']}"
        why = f": {hand['reason']}" if hand["reason"] else ""
        lines.append(f"{place:<33} {hand['name'] or hand['person']}{why}")
    told.show(floor, *(lines or ["Nobody has a seat, and no hand is up."]))
