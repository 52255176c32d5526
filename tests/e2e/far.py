"""A town hall in a network of its own, a voice in it, and crowds that come from elsewhere."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.conftest import HUSTINGS
from tests.e2e.nat import Nat
from tests.e2e.people import MEDIA, VOICES

PORT = 8000
SERVER = "10.77.0.2"
SPEAKS_WITHIN_S = 5


class Far:
    """What is done where."""

    def __init__(self, nat: Nat, folder: Path) -> None:
        self.nat, self.folder, self.data = nat, folder, folder / "data"

    def host(self, *verb: str) -> Any:
        """A command of whoever runs the machine."""
        return host(self.nat, self.data, *verb)

    def crowd(self, place: str, name: str, order: dict[str, Any]) -> subprocess.Popen[str]:
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(order))
        ask = [*self.nat.within(place), str(MEDIA), "crowd", str(path)]
        return subprocess.Popen(ask, stdout=subprocess.PIPE, text=True)

    def listeners(self, count: int, seconds: int, address: str, **more: Any) -> dict[str, Any]:
        """The order of as many, who all come at once and stay so long."""
        stream = f"http://{address}:{PORT + 1}/h/eve/live.mp4"
        order = {"count": count, "streams": [stream], "ramp_per_s": 1e9, **more}
        return {"seconds": seconds, "listeners": order}

    def metrics(self) -> dict[str, float]:
        """The edge's own figures."""
        address = f"http://127.0.0.1:{PORT}/metrics"
        ask = [*self.nat.within("server"), "curl", "-sf", address]
        text = subprocess.run(ask, capture_output=True, text=True, check=True).stdout
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def host(nat: Nat, data: Path, *verb: str) -> Any:
    """A command of whoever runs the machine."""
    ask = [*nat.within("server"), HUSTINGS, *verb, "--data", data, "--json"]
    done = subprocess.run(ask, capture_output=True, text=True, timeout=30, check=True)
    return json.loads(done.stdout)


@contextmanager
def served(nat: Nat, folder: Path, port: int, *more: str | Path) -> Iterator[Path]:
    """A town hall at the server, until this ends; gives its data."""
    data = folder / "data"
    ask = [HUSTINGS, "serve", "--json", "--data", data, "--port", port, "--host", "0.0.0.0", *more]
    with (folder / "serve.log").open("w") as log:
        serving = subprocess.Popen(
            [*nat.within("server"), *map(str, ask)], stdout=subprocess.PIPE, stderr=log
        )
    assert serving.stdout
    serving.stdout.readline()
    try:
        yield data
    finally:
        serving.terminate()
        serving.wait(20)


def told(crowd: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """All that a crowd said until it ended, half a second apart."""
    out, _ = crowd.communicate()
    return [json.loads(line) for line in out.splitlines()]


@contextmanager
def far(nat: Nat, folder: Path, *more: str) -> Iterator[Far]:
    """Until this ends; with sound at the edge."""
    with served(nat, folder, PORT, *more):
        place = Far(nat, folder)
        place.host("hall", "create", "eve", "--title", "Eve")
        given = place.host("hall", "seat", "eve", "ana", "--name", "Ana")
        place.host("hall", "open", "eve")
        whip = f"http://127.0.0.1:{PORT}/whip/eve/ana"
        voice = {"whip": whip, "pass": given["pass"], "file": str(VOICES / "ana.opus")}
        talking = place.crowd("server", "talk", {"speakers": [{**voice, "loop": True}]})
        time.sleep(SPEAKS_WITHIN_S)
        yield place
        talking.terminate()
        talking.wait(10)
