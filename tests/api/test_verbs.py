"""The verbs of the command line that ask the API, against the real application."""

import asyncio
import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from hustings.cli import main
from tests.api.test_floor import proof
from tests.api.test_nodes import UP, batch


@pytest.fixture
def verb(served, tmp_path):
    token = served.town.owner["Authorization"].partition(" ")[2]
    env = {"HUSTINGS_URL": served.url, "HUSTINGS_PASS": token, "HUSTINGS_DATA": str(tmp_path)}

    async def run(line):
        told = await asyncio.to_thread(CliRunner().invoke, main.app, line, env=env)
        assert told.exception is None, told.exception
        return told.output

    return run


async def test_an_evening_is_run_from_the_command_line(served, verb):
    created = await verb("hall create demo --title Demo --starts-at 2030-01-01T19:00 --led")
    said = [
        await verb(f"hall {line}")
        for line in (
            "announce demo",
            "slip demo 5",
            "postpone demo 2030-01-02T19:00Z",
            "record demo on",
            "record demo off",
            "open demo",
            "show demo",
            "list",
            "cancel demo",
        )
    ]
    seat = json.loads(await verb("hall seat demo ana --name Ana --role host --consent --json"))
    given = await verb("hall pass demo --role listener --name Fay")

    assert created.startswith("Demo (demo) is draft.\nStarts at 2030-01-01T")
    assert "Starts at 2030-01-02T19:00:00.000Z" in said[2]
    assert "Demo (demo) is doors" in said[6]
    assert "hustings hall cancel demo --confirm" in said[8]
    assert seat["studio_url"].endswith(seat["pass"])
    assert "/h/demo?pass=" in given
    assert "/owner/" in await verb("owner-link")


async def test_the_floor_is_led_from_the_command_line(served, verb):
    town = served.town
    await town.hall("open", led=True)
    await town.seat()
    fay = await town.guest("listener", "Fay")
    await town.ask("POST", "/halls/demo/hands", {"reason": "The bridge"}, headers=fay)
    await town.bus.arrive(*batch("stage-1", UP, proof()))

    up, muted, unmuted, suppressed, left, down = [
        await verb(f"floor {act} demo ana")
        for act in ("up", "mute", "unmute", "suppress", "unsuppress", "down")
    ]
    called, none = [await verb("floor call demo") for _ in range(2)]

    assert "ON AIR" in up
    assert "ON AIR, muted" in muted
    assert "muted" not in unmuted
    assert ("noise suppressed" in suppressed, "noise" in left) == (True, False)
    assert "ready" in down
    assert "called to floor-1" in called
    assert none == "No hand is up.\n"


async def test_a_no_and_nobody_are_told_with_a_next_step_and_exit_code_2(
    served, monkeypatch, capsys
):
    async def run(*words):
        monkeypatch.setattr("sys.argv", ["hustings", *words])
        with pytest.raises(SystemExit) as ended:
            await asyncio.to_thread(main.main)
        return ended.value.code, capsys.readouterr().err

    unknown = await run("hall", "show", "none", "--url", served.url)
    nobody = await run("hall", "show", "none", "--url", "http://127.0.0.1:9")

    assert unknown == (
        2,
        "There is no town hall at this address.\n"
        "Check the link, or see what is on at the start page.\n",
    )
    assert nobody == (
        2,
        "No town hall answers at http://127.0.0.1:9.\nStart one with: hustings serve\n",
    )


def test_measurements_are_offered_where_nothing_for_sound_is_installed():
    absent = "import sys; sys.modules['numpy'] = None; import hustings.cli.bench"
    told = subprocess.run([sys.executable, "-c", absent], capture_output=True, text=True)

    assert (told.returncode, told.stderr) == (0, "")
