"""`hustings desk ORDER`, and packager, recorder: as the supervisor starts them. Hidden.

What they need is loaded when it is known which one it is: HTTP, SQL and codecs take their time.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from hustings.domain.refusals import StartRefused
from hustings.fleet.nodes import DeskOrder, PackagerOrder, RecorderOrder

Order = TypeVar("Order")


def desk(order: Path) -> None:
    told = _read(order, DeskOrder.read)
    from hustings.assemble.desk import run_desk

    run_desk(told)


def packager(order: Path) -> None:
    told = _read(order, PackagerOrder.read)
    from hustings.assemble.packager import run_packager

    run_packager(told)


def recorder(order: Path) -> None:
    told = _read(order, RecorderOrder.read)
    from hustings.assemble.recorder import run_recorder

    run_recorder(told)


def _read(path: Path, read: Callable[[Path], Order]) -> Order:
    try:
        return read(path)
    except (OSError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise StartRefused(
            f"The order {path} cannot be read: {error}.", "Write it again."
        ) from None
