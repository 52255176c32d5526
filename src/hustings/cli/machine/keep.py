"""`hustings backup FILE` and `hustings restore FILE`: a town hall in one file, and out of it."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from hustings import __version__
from hustings.cli.common import Told, takes
from hustings.ops.clock import SystemClock
from hustings.store import backup as keeping

File = Annotated[Path, typer.Argument(help="The backup.")]


@takes()
def backup(told: Told, file: File) -> None:
    """Write log, keys and sounds of a town hall into one file, also while it runs."""
    data = told.settings().site.data
    made = keeping.backup(data, file, __version__, SystemClock().now_ms())
    told.show(asdict(made), f"Kept in {file}. Guard it: whoever has it can make passes.")


@takes()
def restore(told: Told, file: File) -> None:
    """Lay a backup out as a data directory, which must be empty."""
    data = told.settings().site.data
    found = keeping.restore(file, data)
    told.show(
        asdict(found),
        f"Restored into {data}, from version {found.version}.",
        f"Start it with: hustings serve --data {data}",
    )
