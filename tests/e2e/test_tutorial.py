"""The commands of the first tutorial work, in their order, as they stand there."""

import re
import shlex
import subprocess
from pathlib import Path

from tests.e2e.conftest import HUSTINGS, ROOT, TownHall

TUTORIAL = ROOT / "docs" / "tutorial" / "first-hall.md"


def commands() -> list[list[str]]:
    blocks = re.findall(r"```sh\n(.*?)```", TUTORIAL.read_text(), re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines() if line.strip()]


def test_every_command_of_the_first_tutorial_does_what_it_says(
    town_hall: TownHall, tmp_path: Path
) -> None:
    first, *rest = commands()
    assert first[:2] == ["hustings", "serve"]

    for command in rest:
        asked = [town_hall.data.as_posix() if word == "evening" else word for word in command[1:]]
        done = subprocess.run(
            [HUSTINGS, *asked], capture_output=True, text=True, timeout=60, cwd=tmp_path
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
