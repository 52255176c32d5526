"""`hustings hall …`: create, announce, open, slip, postpone, pause, end, list, show, seat, pass."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from hustings.cli.caption import caption
from hustings.cli.client import reach
from hustings.cli.common import CLIENT, Told, takes
from hustings.client import Hall as Held
from hustings.domain.refusals import StartRefused
from hustings.domain.roles import Role
from hustings.shapes import Hall as HallShown
from hustings.shapes import Headroom, Recording

WHY = {
    "disk_full": "the disk is nearly full; it goes on by itself when there is room.",
    "no_sound": "no sound reaches the recorder.",
    "disk_unwritable": "the disk takes nothing.",
    "fault": "its files could not be made; what was recorded is kept.",
}

app = typer.Typer(no_args_is_help=True, help="Create and run town halls.")

Hall = Annotated[str, typer.Argument(help="Its address.")]

Name = Annotated[str, typer.Option(help="What the person is called.")]
RECORD = {"record": (Annotated[bool, typer.Option("--record", help="Record it.")], False)}
CONSENT = {
    "consent": (
        Annotated[bool, typer.Option("--consent", help="They agreed elsewhere to be recorded.")],
        False,
    )
}


CONFIRM = {"confirm": (Annotated[bool, typer.Option("--confirm", help="Do it.")], False)}
DELAY = {
    "air_delay": (
        Annotated[float, typer.Option("--air-delay", help="0 to 30 s, for `hustings hall dump`.")],
        0.0,
    )
}
LED = {"led": (Annotated[bool, typer.Option("--led", help="Seats wait to be brought up.")], False)}


class Switch(StrEnum):
    ON = "on"
    OFF = "off"


@app.command()
@takes(CLIENT, own={**RECORD, **LED, **DELAY})
def create(
    told: Told,
    hall: Hall,
    title: Annotated[str | None, typer.Option(help="Its title. Default: its address.")] = None,
    starts_at: Annotated[str | None, typer.Option(help="ISO 8601, as 2027-03-01T19:00Z.")] = None,
    window_ms: Annotated[int, typer.Option(help="Repair window of its speakers.")] = 600,
) -> None:
    """Create a town hall, as a draft."""
    begins = {} if starts_at is None else {"starts_at": _with_offset(starts_at)}
    delay_ms = round(told.own.pop("air_delay") * 1000)
    own = {"window_ms": window_ms, "air_delay_ms": delay_ms, **told.own}
    asked = {"hall": hall, **own, **begins}
    _show(told, reach(told.settings()).create(title or hall, **asked))


def _mover(name: str, does: str, move: Callable[[Held], HallShown]) -> None:
    @takes(CLIENT)
    def verb(told: Told, hall: Hall) -> None:
        _show(told, move(_hall(told, hall)))

    verb.__doc__ = does
    app.command(name=name)(verb)


_mover("announce", "Show the hall to the public.", Held.announce)
_mover("open", "Open doors; live at its start, or at once.", Held.open)
_mover("pause", "Pause the programme. Everyone stays.", Held.pause)
_mover("resume", "Go on after a pause.", Held.resume)
_mover("end", "End the hall. There is no way back.", Held.end)


@app.command()
@takes(CLIENT)
def slip(
    told: Told, hall: Hall, minutes: Annotated[int, typer.Argument(help="1 or 5.")] = 1
) -> None:
    """Start a little later than announced; everyone waits on."""
    held = _hall(told, hall)
    _show(told, held.slip(minutes, held.shown()["starts_at_ms"] or 0))


@app.command()
@takes(CLIENT)
def postpone(
    told: Told,
    hall: Hall,
    starts_at: Annotated[str, typer.Argument(help="ISO 8601, as 2027-03-01T19:00Z.")],
) -> None:
    """Announce it anew, at the same address; good passes stay good."""
    _show(told, _hall(told, hall).postpone(_with_offset(starts_at)))


@app.command()
@takes(CLIENT, own=CONFIRM)
def cancel(told: Told, hall: Hall) -> None:
    """Call it off: asked first, then confirmed. Postponing keeps everyone who waits."""
    confirm = told.own["confirm"]
    answer = _hall(told, hall).cancel(confirm=confirm)
    if confirm:
        _show(told, answer)
        return
    told.show(
        answer,
        f"{answer['waiting']} are waiting for {answer['title']}. Nothing is cancelled yet.",
        f"To cancel it: hustings hall cancel {hall} --confirm, within a minute.",
    )


@app.command()
@takes(CLIENT)
def dump(told: Told, hall: Hall) -> None:
    """Take out what was said and is not heard yet: in the stream and in the recording."""
    out = _hall(told, hall).show.dump()["dumps"][-1]
    told.show(out, f"Taken out: {(out['to_ms'] - out['from_ms']) / 1000:.1f} s of what was said.")


@app.command(name="list")
@takes(CLIENT)
def list_(told: Told) -> None:
    """All halls, drafts too."""
    halls = reach(told.settings()).halls()
    rows = [f"{h['hall']:<20} {h['state']:<10} {h['title']}" for h in halls]
    told.show(
        {"halls": halls}, *(rows or ["No town halls yet. Create one with: hustings hall create"])
    )


@app.command()
@takes(CLIENT)
def show(told: Told, hall: Hall) -> None:
    """One hall, as it stands now."""
    _show(told, _hall(told, hall).shown())


@app.command()
@takes(CLIENT, own=CONSENT)
def seat(
    told: Told,
    hall: Hall,
    seat: Annotated[str, typer.Argument(help="The seat's own short address.")],
    name: Name,
    role: Annotated[Role, typer.Option(help="speaker, host or moderator.")] = Role.SPEAKER,
) -> None:
    """Give somebody a seat on the stage, and print the link to it."""
    given = _hall(told, hall).give_seat(seat, name, role.value, consent=told.own["consent"])
    told.show(given, f"Seat {seat} is for {given['person']}. Their link:", given["studio_url"])


@app.command(name="pass")
@takes(CLIENT)
def pass_(
    told: Told,
    hall: Hall,
    role: Annotated[Role, typer.Option(help="What they may do.")],
    name: Name,
    hours: Annotated[int, typer.Option(help="How long it is good.")] = 72,
) -> None:
    """Make a pass, and print its link."""
    given = _hall(told, hall).give_pass(role.value, name, hours)
    told.show(given, f"For {given['person']}, {role}:", given["url"])


@app.command()
@takes(CLIENT)
def record(
    told: Told, hall: Hall, switch: Annotated[Switch, typer.Argument(help="on or off.")]
) -> None:
    """Record the hall or not. Settled before doors open."""
    _show(told, _hall(told, hall).record(switch is Switch.ON))


def _hall(told: Told, hall: str) -> Held:
    return reach(told.settings()).hall(hall)


def _show(told: Told, hall: HallShown) -> None:
    lines = [f"{hall['title']} ({hall['hall']}) is {hall['state']}."]
    if hall["starts_at"]:
        lines.append(f"Starts at {hall['starts_at']}.")
    lines += [f"Seat {seat['seat']}: {seat['name']}" for seat in hall["seats"]]
    if "audience" in hall:
        lines.append(f"{hall['audience']['listeners']} listening, {len(hall['lines'])} on stage.")
        lines += _room(hall.get("headroom"))
    if hall["recorded"]:
        lines.append(_recording(hall.get("recording")))
    told.show(hall, *lines, f"Listen: {hall['listen_url']}")


def _room(told: Headroom | None) -> list[str]:
    if told is None:
        return []
    waits = f" {told['waiting']} wait in line." if told["waiting"] else ""
    return [f"{told['free']:.0%} of the room for listeners is free.{waits}"]


def _recording(told: Recording | None) -> str:
    if told is None:
        return "It is recorded; no recorder says more just now."
    size, missing = f"{told['bytes'] / 1e6:.1f} MB", f"{told['missing']} parts missing"
    match told["state"]:
        case "stopped":
            return f"NOT RECORDING: {WHY.get(told['reason'], told['reason'])} {size}, {missing}."
        case "recording" | "done" as state:
            return f"Recording: {state}, {size}, {missing}."
    return "It is recorded; nothing yet."


def _with_offset(starts_at: str) -> datetime:
    """A time without an offset is this machine's own; the API wants it said."""
    try:
        return datetime.fromisoformat(starts_at).astimezone(UTC)
    except ValueError:
        raise StartRefused(
            f"{starts_at} is not a time.", "Write it as in 2027-03-01T19:00Z."
        ) from None


app.command()(caption)
