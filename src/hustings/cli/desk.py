"""`hustings desk ORDER`: the desk process, as the supervisor starts it. Hidden."""

import json
from pathlib import Path

from hustings.domain.refusals import StartRefused
from hustings.fleet.nodes import DeskOrder


def desk(order: Path) -> None:
    try:
        told = DeskOrder.read(order)
    except (OSError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise StartRefused(
            f"The order {order} cannot be read: {error}.", "Write it again."
        ) from None
    # Loaded here: no other verb needs HTTP, SQL and NATS, nor the second they take to load.
    from hustings.assemble.desk import run_desk

    run_desk(told)
