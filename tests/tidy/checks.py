"""What a reviewer would repeat, as functions over a root: each answers what is wrong, in sentences.

Exemptions stand in exempt.toml with a reason, and may only shrink.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.tidy.sources import files, functions

FILE_LINES = 500
FUNCTION_LINES = 60
PARAMETERS = 5
FOLDER_FILES = 12
SETTINGS = 60
RULES = "TID251,T20,BLE,PLR0913"
RUFF = ("--select", RULES, "--output-format", "concise", "--no-cache", "-q")


def measured(root: Path) -> dict[str, int]:
    """Everything over its limit, by `what path`, with its size."""
    found: dict[str, int] = {}
    folders: Counter[str] = Counter()
    for path in files(root):
        place = path.relative_to(root)
        folders[str(place.parent)] += not _is_test(place)
        found[f"file {place}"] = len(path.read_text().splitlines())
        for one in functions(root, path):
            # What a test framework wraps a whole file of tests in is no function of ours.
            if not (_is_test(place) and path.suffix == ".ts"):
                found[f"function {one.path}:{one.name}"] = one.lines
            found[f"parameters {one.path}:{one.name}"] = one.parameters
    found |= {f"folder {place}": count for place, count in folders.items()}
    limits = {
        "file": FILE_LINES,
        "function": FUNCTION_LINES,
        "parameters": PARAMETERS,
        "folder": FOLDER_FILES,
    }
    return {what: size for what, size in found.items() if size > limits[what.partition(" ")[0]]}


def sizes(root: Path, exempt: dict[str, int]) -> list[str]:
    over = measured(root)
    grown = [f"{w} is {n}, more than it may be" for w, n in over.items() if n > exempt.get(w, 0)]
    spent = [
        f"{w} needs no exemption of {n} any more" for w, n in exempt.items() if over.get(w) != n
    ]
    spent = [sentence for sentence in spent if not any(sentence.startswith(g[:20]) for g in grown)]
    return [*grown, *spent]


def exemptions(path: Path) -> dict[str, int]:
    told = tomllib.loads(path.read_text())
    assert all(entry["reason"] for entry in told.values()), "an exemption without a reason"
    return {what: entry["size"] for what, entry in told.items()}


def bans(root: Path, config: Path) -> list[str]:
    told = subprocess.run(
        ["ruff", "check", "--config", config, *RUFF, root],
        capture_output=True,
        text=True,
        env={"PATH": str(Path(sys.executable).parent)},
    )
    return told.stdout.splitlines()


def layers(root: Path) -> list[str]:
    """`root` holds pyproject.toml and src."""
    told = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--config", "pyproject.toml", "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(root / "src"), "PATH": "/usr/bin:/bin", "NO_COLOR": "1"},
    )
    return [] if told.returncode == 0 else told.stdout.splitlines()


def settings(root: Path) -> list[str]:
    count = 0
    for path in root.glob("src/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Settings"):
                count += sum(isinstance(part, ast.AnnAssign) for part in node.body)
    return [f"{count} settings, more than {SETTINGS}"] if count > SETTINGS else []


def refusals(root: Path, unused: frozenset[str] = frozenset()) -> list[str]:
    """Every code of the table is used by somebody, and nobody uses one that is not in it."""
    table = set(tomllib.loads((root / "spec/refusals.toml").read_text()))
    said = "\n".join(path.read_text() for path in files(root) if not _is_test(path))
    words = set(re.findall(r"[\"'`]([a-z_]+)[\"'`]", said))
    used = set(re.findall(r"\bRefused\(\s*\"([a-z_]+)\"", said))
    return [
        *(f"refusal {code} is told by nobody" for code in sorted(table - words - unused)),
        *(f"refusal {code} is not in the table" for code in sorted(used - table)),
    ]


def metrics(root: Path) -> list[str]:
    table = set(tomllib.loads((root / "spec/metrics.toml").read_text()))
    said = "\n".join(path.read_text() for path in files(root) if not _is_test(path))
    return [f"metric {name} is shown by nobody" for name in sorted(table) if name not in said]


def heads(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)} does not say what it is for"
        for path in root.glob("src/**/*.py")
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]


def named_folders(root: Path) -> list[str]:
    """Folders that ARCHITECTURE.md names in backticks, ending in a slash."""
    page = root / "ARCHITECTURE.md"
    named: Iterable[str] = re.findall(r"`([\w./-]+/)`", page.read_text()) if page.exists() else []
    places = [root, root / "src/hustings", root / "crates/media/src", root / "web/src"]
    return [
        f"ARCHITECTURE.md names {name}, which is not there"
        for name in named
        if not any((place / name).is_dir() for place in places)
    ]


def _is_test(path: Path) -> bool:
    return "tests" in path.parts or bool(re.search(r"(_test\.rs|\.test\.ts)$", path.name))
