"""LiveKit: one voice in a room over WebRTC, listeners who subscribe and say nothing.

All of it in a network of its own with one address, so that no packet can leave this machine.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count as numbers
from pathlib import Path
from typing import IO, Any

from benches.peers import bench, machine
from benches.peers.ears.crowd import Crowd
from benches.peers.ears.tally import Tally
from hustings.domain.refusals import StartRefused

CROWD = Path(__file__).parent / "livekit_crowd"
SERVER = "github.com/livekit/livekit-server/cmd/server"
GO = "Building LiveKit takes Go 1.26 or newer: go.dev/dl"
ADDRESS = "10.99.0.1"
INSIDE = "HUSTINGS_PEERS_INSIDE"
SECRET = "measured-measured-measured-measured"
CROWDS = numbers()
CONFIG = """port: {port}
bind_addresses: [{address}]
logging: {{level: error}}
keys: {{measured: {secret}}}
rtc:
  # One socket for everyone: it has one core.
  udp_port: {udp}
  tcp_port: {tcp}
  node_ip: {address}
  use_external_ip: false
  interfaces: {{includes: [ears]}}
  # No checks of its own to wait for.
  use_ice_lite: true
  # Its clients would ask one of Google's.
  stun_servers: ["{address}:9"]
  # Packets for many in one call of the kernel: "to reduce cpu usage".
  batch_io: {{batch_size: 128, max_flush_interval: 2ms}}
turn: {{enabled: false}}
"""


@dataclass(frozen=True)
class Subscribers:
    """A crowd that is a program: asked by a line, it tells in a line."""

    asks: IO[bytes]
    says: IO[bytes]

    def tell(self) -> Tally:
        self.asks.write(b"tell\n")
        self.asks.flush()
        return told(json.loads(self.says.readline()))


def told(said: dict[str, Any]) -> Tally:
    """Counters travel as objects, whose keys are texts."""
    values: dict[str, Any] = {
        name: Counter({int(ms): count for ms, count in value.items()})
        if isinstance(value, dict)
        else value
        for name, value in said.items()
    }
    return Tally(**values)


@contextmanager
def start(given: argparse.Namespace, most: int) -> Iterator[bench.Peer]:
    server, crowd = build("livekit-server", SERVER), build("livekit-crowd", ".")
    version = subprocess.run([server, "--version"], capture_output=True, text=True).stdout
    port, udp, tcp = machine.free_port(), machine.free_port(), machine.free_port()
    ask = [crowd, "-url", f"ws://{ADDRESS}:{port}", "-secret", SECRET]
    with machine.folder() as folder:
        config, log = folder / "livekit.yaml", folder / "said.log"
        told = {"port": port, "udp": udp, "tcp": tcp, "address": ADDRESS, "secret": SECRET}
        config.write_text(CONFIG.format(**told))
        voice = _voice(folder, given.kbits)
        with machine.running([server, "--config", str(config)], log) as process:
            machine.wait_for("LiveKit", partial(machine.answers, port, "/", host=ADDRESS), log)
            with _program([*ask, "-voice", str(voice)]) as speaks:
                if speaks.says.readline() != b"published\n":
                    raise StartRefused("The voice did not come into the room.", log.read_text())
                yield bench.Peer(
                    name="livekit",
                    version=version.strip().rpartition(" ")[2],
                    settings={"kbits": given.kbits, "packet_ms": 20, "listeners": "hidden"},
                    pids=(process.pid,),
                    crowd=partial(_crowd, ask),
                )


def build(name: str, package: str) -> str:
    """Made once of what go.sum names, and again where that changes. Raises StartRefused."""
    made, sources = machine.BUILT / name, [CROWD / "go.sum", CROWD / "main.go"]
    if not made.exists() or made.stat().st_mtime < max(one.stat().st_mtime for one in sources):
        go = machine.find("go", "Go", GO)
        machine.BUILT.mkdir(exist_ok=True)
        ask = [
            "nice",
            "-n",
            "19",
            go,
            "build",
            "-mod=readonly",
            "-trimpath",
            "-o",
            str(made),
            package,
        ]
        if subprocess.run(ask, cwd=CROWD).returncode:
            raise StartRefused(f"{name} could not be built.", "See above.")
        made.touch()
    return str(made)


def _voice(folder: Path, kbits: int) -> Path:
    """Longer than a measurement, a packet a page."""
    made = folder / "voice.ogg"
    ffmpeg = machine.find("ffmpeg", "ffmpeg", "Install it: apt-get install ffmpeg")
    sound = ["-stream_loop", "-1", "-t", "400", "-i", str(machine.VOICE)]
    opus = ["-c:a", "libopus", "-b:a", f"{kbits}k", "-vbr", "off", "-page_duration", "20000"]
    subprocess.run([ffmpeg, "-v", "error", *sound, *opus, str(made)], check=True)
    return made


@contextmanager
def _crowd(ask: list[str], count: int, per_s: float) -> Iterator[Crowd]:
    listens = ["-listeners", str(count), "-per-s", str(per_s), "-name", f"ear{next(CROWDS)}"]
    with _program([*ask, *listens]) as crowd:
        yield crowd


@contextmanager
def _program(ask: list[str]) -> Iterator[Subscribers]:
    pipe = subprocess.PIPE
    process = subprocess.Popen(ask, stdin=pipe, stdout=pipe, start_new_session=True)
    try:
        assert process.stdin and process.stdout
        yield Subscribers(process.stdin, process.stdout)
    finally:
        process.kill()
        process.wait()


def in_a_network_of_its_own() -> None:
    """Begin again there. Raises StartRefused where this machine does not grant one."""
    if INSIDE not in os.environ:
        unshare = machine.find("unshare", "unshare", "Install it: apt-get install util-linux")
        root = [] if os.getuid() == 0 else ["--map-root-user"]
        again = [sys.executable, "-m", "benches.peers.livekit", *sys.argv[1:]]
        os.execve(unshare, [unshare, "--net", *root, *again], os.environ | {INSIDE: "1"})
    ip = machine.find("ip", "ip", "Install it: apt-get install iproute2")
    for step in (
        "link set lo up",
        "link add ears type veth peer name end",
        f"addr add {ADDRESS}/24 dev ears",
        "link set ears up",
        "link set end up",
    ):
        if subprocess.run([ip, *step.split()]).returncode:
            raise StartRefused("No network of its own is granted here.", "Run it as root.")


def main() -> None:
    parser = bench.options(__doc__ or "", 100)
    parser.add_argument("--kbits", type=int, default=48)
    bench.main(parser, start, before=in_a_network_of_its_own)


if __name__ == "__main__":
    main()
