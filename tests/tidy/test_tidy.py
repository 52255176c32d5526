"""The house holds its own budgets; each check is seen to fail on a planted fault."""

import shutil
from pathlib import Path

import pytest

from tests.tidy import checks

ROOT = Path(__file__).parents[2]
EXEMPT = checks.exemptions(Path(__file__).with_name("exempt.toml"))
UNUSED = frozenset({"range_gone"})
"""Promised in the table; live.mp4 answers with the oldest part it keeps instead."""

BIG = "\n".join(f"    let x{n} = {n};" for n in range(61))


def plant(root, path, text):
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)


def test_files_functions_and_folders_are_small():
    assert checks.sizes(ROOT, EXEMPT) == []


@pytest.mark.parametrize(
    ("path", "text", "what"),
    [
        ("src/a.py", "x = 1\n" * 501, "file src/a.py"),
        ("crates/a/src/a.rs", "// x\n" * 501, "file crates/a/src/a.rs"),
        ("web/src/a.ts", "// x\n" * 501, "file web/src/a.ts"),
        ("src/a.py", "def f():\n" + "    x = 1\n" * 60, "function src/a.py:f"),
        ("crates/a/a.rs", f"fn f() -> u8 {{\n{BIG}\n}}\n", "function crates/a/a.rs:f"),
        ("web/src/a.ts", f"function f(): void {{\n{BIG}\n}}\n", "function web/src/a.ts:f"),
        ("web/src/a.ts", f"const f = (a: A) => {{\n{BIG}\n}};\n", "function web/src/a.ts:f"),
        ("web/src/a.ts", f"class A {{\n  f(a: A) {{\n{BIG}\n}} }}\n", "function web/src/a.ts:f"),
        ("src/a.py", "def f(a, b, c, *, d, e, g): ...\n", "parameters src/a.py:f"),
        (
            "crates/a/a.rs",
            "fn f(&mut self, a: A, b: B<C, D>, c: (E, F), d: G, e: H, f: I) {}\n",
            "parameters crates/a/a.rs:f",
        ),
        ("web/src/a.ts", "function f(a, b, c, d, e, g) {}\n", "parameters web/src/a.ts:f"),
    ],
)
def test_what_is_too_large_is_named(tmp_path, path, text, what):
    plant(tmp_path, path, text)

    assert [s for s in checks.sizes(tmp_path, {}) if s.startswith(what)]


def test_a_full_folder_is_named(tmp_path):
    for n in range(13):
        plant(tmp_path, f"src/a/f{n}.py", "")

    assert checks.sizes(tmp_path, {}) == ["folder src/a is 13, more than it may be"]


def test_what_just_fits_fits(tmp_path):
    plant(tmp_path, "src/a.py", "def f(self, a, b, c, d, e):\n" + "    x = 1\n" * 59)
    plant(tmp_path, "a.rs", "x\n" * 501)
    plant(
        tmp_path, "crates/a/a.rs", "fn f(&self, a: A, b: &str) { let x = \"{{{\"; let y = '{'; }\n"
    )

    assert checks.sizes(tmp_path, {}) == []


def test_an_exemption_may_only_shrink(tmp_path):
    plant(tmp_path, "src/a.py", "x = 1\n" * 510)

    assert checks.sizes(tmp_path, {"file src/a.py": 510}) == []
    assert checks.sizes(tmp_path, {"file src/a.py": 509})
    assert checks.sizes(tmp_path, {"file src/a.py": 511})


def test_clocks_chance_and_printing_stay_where_they_belong(tmp_path):
    config = ROOT / "pyproject.toml"
    assert checks.bans(ROOT / "src", config) == []

    faults = {
        "clock": "import time\n\nNOW = time.time()\n",
        "sleep": "import asyncio\n\nasync def f() -> None:\n    await asyncio.sleep(1)\n",
        "chance": "import random\n",
        "date": "from datetime import datetime\n\nNOW = datetime.now()\n",
        "print": 'print("x")\n',
        "blind": "try:\n    x = 1\nexcept Exception:\n    x = 2\n",
        "form": "def f(a, b, c, d, e, g):\n    return a\n",
    }
    for name, fault in faults.items():
        plant(tmp_path, f"{name}.py", fault)
    told = "\n".join(checks.bans(tmp_path, config))
    assert [name for name in faults if f"{name}.py" not in told] == []


def test_layers_hold_upwards_sideways_and_towards_the_doubles(tmp_path):
    assert checks.layers(ROOT) == []

    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("*.opus"))
    faults = {
        "domain/ids.py": "import hustings.desk.desk\n",
        "store/keys.py": "import hustings.fleet.lock\n",
        "desk/orders.py": "import hustings.testing.clock\n",
        "ledger/merkle.py": "import asyncio\n",
    }
    for place, fault in faults.items():
        path = tmp_path / "src/hustings" / place
        whole = path.read_text()
        path.write_text(whole + fault)
        assert checks.layers(tmp_path) != [], place
        path.write_text(whole)


def test_settings_are_few(tmp_path):
    plant(
        tmp_path, "src/a.py", "class ASettings:\n" + "".join(f"    a{n}: int\n" for n in range(61))
    )

    assert checks.settings(ROOT) == []
    assert checks.settings(tmp_path) == ["61 settings, more than 60"]


def test_refusals_are_those_of_the_table(tmp_path):
    plant(tmp_path, "spec/refusals.toml", "[spoken]\n[silent]\n")
    plant(tmp_path, "src/a.py", 'raise Refused("spoken")\nraise Refused("invented")\n')

    assert checks.refusals(ROOT, UNUSED) == []
    assert checks.refusals(tmp_path) == [
        "refusal silent is told by nobody",
        "refusal invented is not in the table",
    ]


def test_metrics_are_those_of_the_table(tmp_path):
    plant(tmp_path, "spec/metrics.toml", "[a_total]\n")

    assert checks.metrics(ROOT) == []
    assert checks.metrics(tmp_path) == ["metric a_total is shown by nobody"]


def test_every_module_says_what_it_is_for(tmp_path):
    plant(tmp_path, "src/a.py", "x = 1\n")

    assert checks.heads(ROOT) == []
    assert checks.heads(tmp_path) == ["src/a.py does not say what it is for"]


def test_the_folders_of_the_map_exist(tmp_path):
    plant(tmp_path, "ARCHITECTURE.md", "See `src/` and `gone/`.\n")
    plant(tmp_path, "src/a.py", "")

    assert checks.named_folders(ROOT) == []
    assert checks.named_folders(tmp_path) == ["ARCHITECTURE.md names gone/, which is not there"]
