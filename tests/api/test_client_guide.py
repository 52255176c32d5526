"""The evening in docs/guides/client.md, as it stands there."""

import asyncio
import re
from pathlib import Path

from tests.api.test_floor import proof
from tests.api.test_nodes import UP, batch

GUIDE = Path(__file__).parents[2] / "docs/guides/client.md"


async def test_the_evening_of_the_guide_runs(served, monkeypatch, capsys):
    town = served.town
    monkeypatch.setenv("HUSTINGS_URL", served.url)
    monkeypatch.setenv("HUSTINGS_PASS", town.owner["Authorization"].partition(" ")[2])
    script = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)[0]
    line = [{**told, "hall": "budget"} for told in (UP, proof())]

    running = asyncio.create_task(asyncio.to_thread(exec, script, {}))
    while not (await asyncio.wait([running], timeout=0.05))[0]:
        if town.context.readers:
            await town.bus.arrive(*batch("stage-1", *line))
        town.clock.advance(1000)
    running.result()

    budget = town.desk.halls["budget"]
    assert (budget.plan.on, budget.floor.seats["ana"].up) == ("welcome", True)
    assert "Not yet (line_absent)" in capsys.readouterr().out
