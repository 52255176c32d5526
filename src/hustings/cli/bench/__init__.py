"""`hustings bench …`: DESIGN.md section 10. Prints figures, judges nothing."""

import typer

from hustings.cli.bench import delay, listeners, loss, stage

app = typer.Typer(help="Measurements.", no_args_is_help=True)
app.command()(stage.stage)
app.command()(delay.delay)
app.command()(listeners.fanout)
app.command()(listeners.join)
app.command()(listeners.crush)
app.command()(listeners.brim)
app.command()(listeners.foretold)
app.command()(listeners.failover)
app.command()(loss.loss)
