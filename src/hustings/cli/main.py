"""`hustings`: the verbs, and what an exit code says: 0 done, 2 refused, 1 a fault of ours."""

import sys

import typer

from hustings.cli import bench, demo, ears
from hustings.cli import desk as desk_verb
from hustings.domain.refusals import StartRefused

REFUSED = 2

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A live-audio town hall.",
)
app.command()(demo.demo)
app.command()(ears.speak)
app.command()(ears.listen)
app.add_typer(bench.app, name="bench", hidden=True)
app.command(hidden=True)(desk_verb.desk)


@app.callback()
def verbs() -> None:
    """A live-audio town hall."""


def main() -> None:
    try:
        app()
    except StartRefused as refused:
        print(f"{refused.sentence} {refused.mend}", file=sys.stderr)
        sys.exit(REFUSED)
