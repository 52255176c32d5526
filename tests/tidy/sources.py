"""Reads Python, Rust and TypeScript alike: which files there are, and which functions are in them.

Rust and TypeScript are read by their braces, after comments and strings are blanked. That is enough
to count lines and parameters; it is not a parser.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TREES = {
    ".py": ("src/**/*.py", "tests/**/*.py", "tools/**/*.py"),
    ".rs": ("crates/**/*.rs",),
    ".ts": ("web/src/**/*.ts",),
}
NOISE = {
    ".rs": re.compile(
        r'//[^\n]*|/\*.*?\*/|r#".*?"#|"(?:\\.|[^"\\])*"|' + r"'(?:\\[^']+|[^\\'\n])'", re.DOTALL
    ),
    ".ts": re.compile(
        r"//[^\n]*|/\*.*?\*/|" + r'"(?:\\.|[^"\\\n])*"|' + r"'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`",
        re.DOTALL,
    ),
}
HEADS = {
    ".rs": re.compile(r"\bfn\s+(\w+)"),
    ".ts": re.compile(
        r"\bfunction\s+(\w+)|\bconst\s+(\w+)\s*=\s*(?:async\s*)?(?=\()"
        r"|^\s+(?:(?:async|private|public|static|readonly|get|set)\s+)*#?(\w+)(?=\([^;]*$)",
        re.MULTILINE,
    ),
}
NOT_FUNCTIONS = frozenset({"if", "for", "while", "switch", "catch", "return", "constructor_"})


@dataclass(frozen=True)
class Function:
    path: str
    name: str
    lines: int
    parameters: int


def files(root: Path) -> Iterator[Path]:
    for patterns in TREES.values():
        for pattern in patterns:
            yield from sorted(path for path in root.glob(pattern) if path.is_file())


def functions(root: Path, path: Path) -> list[Function]:
    place, text = str(path.relative_to(root)), path.read_text()
    if path.suffix == ".py":
        return list(_python(place, text))
    return list(_braced(place, text, path.suffix))


def _python(place: str, text: str) -> Iterator[Function]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            own = [arg for arg in given if arg.arg not in ("self", "cls")]
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Function(place, node.name, lines, len(own))


def _braced(place: str, text: str, kind: str) -> Iterator[Function]:
    bare = NOISE[kind].sub(_blank, text)
    for head in HEADS[kind].finditer(bare):
        name = next(group for group in head.groups() if group)
        opened = bare.find("(", head.end())
        if name in NOT_FUNCTIONS or opened < 0:
            continue
        closed = _close(bare, opened, "()")
        body = re.compile(r"[{;]").search(bare, closed)
        if body is None or body.group() == ";":
            continue
        between = bare[closed + 1 : body.start()]
        if kind == ".ts" and not re.fullmatch(r"\s*(:[^=;]*)?(=>)?\s*", between):
            continue
        end = _close(bare, body.start(), "{}")
        lines = bare.count("\n", head.start(), end) + 1
        yield Function(place, name, lines, _count(bare[opened + 1 : closed]))


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found.group())


def _close(text: str, at: int, pair: str) -> int:
    depth = 0
    for index in range(at, len(text)):
        depth += (text[index] == pair[0]) - (text[index] == pair[1])
        if depth == 0:
            return index
    return len(text) - 1


def _count(parameters: str) -> int:
    """Commas at the outermost level, `self` aside."""
    flat, depth = "", 0
    for sign in parameters.replace("->", "  ").replace("=>", "  "):
        depth += (sign in "([{<") - (sign in ")]}>")
        flat += sign if depth == 0 else " "
    given = [part.strip() for part in flat.split(",") if part.strip()]
    return sum(re.fullmatch(r"&?\s*('\w+\s+)?(mut\s+)?self", part) is None for part in given)
