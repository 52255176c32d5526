"""`hustings`: the verbs, and what an exit code says: 0 done, 2 refused, 1 a fault of ours."""

import sys

import typer

from hustings.assemble import processes
from hustings.cli import bench as bench_verb
from hustings.cli import caption as caption_verb
from hustings.cli import demo as demo_verb
from hustings.cli import floor as floor_verb
from hustings.cli import hall as hall_verb
from hustings.cli import listen as listen_verb
from hustings.cli import speak as speak_verb
from hustings.cli.machine import doctor as doctor_verb
from hustings.cli.machine import keep as keep_verbs
from hustings.cli.machine import owner_link as owner_verb
from hustings.cli.machine import serve as serve_verb
from hustings.client import NobodyAnswers
from hustings.client import Refused as Unwished
from hustings.domain.refusals import Refused, StartRefused

REFUSED = 2

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A live-audio town hall.",
)
app.command()(serve_verb.serve)
app.command()(demo_verb.demo)
hall_verb.app.command()(caption_verb.caption)
app.add_typer(hall_verb.app, name="hall")
app.add_typer(floor_verb.app, name="floor")
app.command()(speak_verb.speak)
app.command()(listen_verb.listen)
app.command(name="owner-link")(owner_verb.owner_link)
app.command()(keep_verbs.backup)
app.command()(keep_verbs.restore)
app.command()(doctor_verb.doctor)
app.add_typer(bench_verb.app, name="bench", hidden=True)
app.command(hidden=True)(processes.desk)
app.command(hidden=True)(processes.packager)
app.command(hidden=True)(processes.recorder)


@app.callback()
def verbs() -> None:
    """A live-audio town hall."""


def main() -> None:
    try:
        app()
    except StartRefused as refused:
        _refuse(refused.sentence, refused.mend)
    except Refused as refused:
        _refuse(f"{refused.refusal.sentence} {refused.detail}", refused.refusal.next)
    except Unwished as unwished:
        _refuse(unwished.told, unwished.next)
    except NobodyAnswers as nobody:
        _refuse(str(nobody), "Start one with: hustings serve")


def _refuse(sentence: str, mend: str) -> None:
    print(f"{sentence}\n{mend}".rstrip(), file=sys.stderr)
    sys.exit(REFUSED)
