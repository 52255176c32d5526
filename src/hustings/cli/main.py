"""`hustings`: the verbs, and what an exit code says: 0 done, 2 refused, 1 a fault of ours."""

import sys
from pkgutil import resolve_name
from typing import Any

import typer
from typer.core import TyperGroup

from hustings.domain.refusals import Refused, StartRefused

REFUSED = 2

VERBS = {
    "serve": "hustings.cli.machine.serve:serve",
    "demo": "hustings.cli.demo:demo",
    "hall": "hustings.cli.hall:app",
    "floor": "hustings.cli.floor:app",
    "speak": "hustings.cli.speak:speak",
    "listen": "hustings.cli.listen:listen",
    "rehearse": "hustings.cli.rehearse:rehearse",
    "owner-link": "hustings.cli.machine.owner_link:owner_link",
    "backup": "hustings.cli.machine.keep:backup",
    "restore": "hustings.cli.machine.keep:restore",
    "doctor": "hustings.cli.machine.doctor:doctor",
}
HIDDEN = {
    "bench": "hustings.cli.bench:app",
    "desk": "hustings.assemble.processes:desk",
    "packager": "hustings.assemble.processes:packager",
    "recorder": "hustings.assemble.processes:recorder",
}


class Verbs(TyperGroup):
    """Loads the verb that is asked for and no other: what they stand on takes a second together."""

    def __init__(self, **settings: Any) -> None:
        names: Any = dict.fromkeys(VERBS)
        super().__init__(**settings | {"commands": names})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        place = (VERBS | HIDDEN).get(cmd_name)
        if place is None:
            return None
        found = resolve_name(place)
        holder = typer.Typer()
        holder.callback()(verbs)
        if isinstance(found, typer.Typer):
            holder.add_typer(found, name=cmd_name)
        else:
            holder.command(name=cmd_name)(found)
        return typer.main.get_group(holder).commands[cmd_name]


app = typer.Typer(
    cls=Verbs,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A live-audio town hall.",
)


@app.callback()
def verbs() -> None:
    """A live-audio town hall."""


def main() -> None:
    try:
        app()
    except Exception as fault:
        told = _told(fault)
        if told is None:
            raise
        print("\n".join(told).rstrip(), file=sys.stderr)
        sys.exit(REFUSED)


def _told(fault: Exception) -> tuple[str, str] | None:
    """What is said of a refusal, and its mend; `None` of a fault of ours."""
    from hustings import client

    match fault:
        case StartRefused():
            return fault.sentence, fault.mend
        case Refused():
            return f"{fault.refusal.sentence} {fault.detail}", fault.refusal.next
        case client.Refused():
            return fault.told, fault.next
        case client.NobodyAnswers():
            return str(fault), "Start one with: hustings serve"
        case _:
            return None
