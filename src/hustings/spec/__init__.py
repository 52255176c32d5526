"""The tables of `spec/` that the program reads while it runs.

The files here are links to the ones at the root of the repository, where Rust and the pages read
them too; a wheel holds their text. Read only: nothing here decides.
"""

import tomllib
from pathlib import Path
from typing import Any


def table(name: str) -> dict[str, dict[str, Any]]:
    """The entries of `spec/{name}.toml`, each by its key."""
    with (Path(__file__).parent / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)
