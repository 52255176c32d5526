"""Icecast 2.4: one mount, Ogg Opus, listeners that stay."""

import argparse
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benches.peers import bench, machine
from benches.peers.ears.crowd import over_http
from benches.peers.ears.loop import Order
from benches.peers.ears.ogg import Ear

INSTALL = "Install it: apt-get install icecast2"
CONFIG = """<icecast>
<limits>
  <clients>{most}</clients>
  <sources>2</sources>
  <!-- Half a minute of sound: nobody is let go for a pause that a player would live through. -->
  <queue-size>262144</queue-size>
  <!-- The default of 64 kB is eleven seconds old at this rate; so much fills a player's buffer. -->
  <burst-size>{burst}</burst-size>
  <client-timeout>30</client-timeout>
  <header-timeout>15</header-timeout>
  <source-timeout>10</source-timeout>
</limits>
<authentication>
  <source-password>{word}</source-password>
  <admin-user>admin</admin-user>
  <admin-password>{word}</admin-password>
</authentication>
<hostname>127.0.0.1</hostname>
<listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
<!-- Nobody is looked up and nothing written for a listener but one line when they leave. -->
<fileserve>0</fileserve>
<paths>
  <basedir>{folder}</basedir><logdir>{folder}</logdir>
  <webroot>{folder}</webroot><adminroot>{folder}</adminroot>
  <alias source="/" destination="/live.opus"/>
</paths>
<logging><accesslog>-</accesslog><errorlog>error.log</errorlog><loglevel>2</loglevel></logging>
<security><chroot>0</chroot>{owner}</security>
</icecast>
"""
# It does not run as root.
OWNER = "<changeowner><user>nobody</user><group>nogroup</group></changeowner>"
WORD = "measured"


@contextmanager
def start(given: argparse.Namespace, most: int) -> Iterator[bench.Peer]:
    program = machine.find("icecast2", "Icecast", INSTALL)
    said = subprocess.run([program, "-v"], capture_output=True, text=True).stdout
    version = re.search(r"[\d.]+\d", said)
    port = machine.free_port()
    with machine.folder() as folder:
        folder.chmod(0o777)
        config = folder / "icecast.xml"
        config.write_text(_config(folder, port, most + 100, given.burst))
        log = folder / "said.log"
        with (
            machine.running([program, "-c", str(config)], log) as process,
            machine.fed(_source(port, given), folder / "ffmpeg.log"),
        ):
            heard = partial(machine.answers, port, "/live.opus", b" 200 OK")
            machine.wait_for("Sound at Icecast", heard, folder / "error.log")
            ask = b"GET /live.opus HTTP/1.0\r\nHost: 127.0.0.1\r\nUser-Agent: crowd\r\n\r\n"
            yield bench.Peer(
                name="icecast",
                version=version.group() if version else said.strip(),
                settings={
                    "burst_bytes": given.burst,
                    "page_ms": given.page_ms,
                    "kbits": given.kbits,
                },
                pids=(process.pid,),
                crowd=lambda count, per_s: over_http(Order(port, ask, Ear, count, per_s)),
            )


def _config(folder: Path, port: int, most: int, burst: int) -> str:
    owner = OWNER if os.getuid() == 0 else ""
    told = {"folder": folder, "port": port, "most": most, "burst": burst, "word": WORD}
    return CONFIG.format(owner=owner, **told)


def _source(port: int, given: argparse.Namespace) -> list[str]:
    """One page is one write to each listener: as long as a part of ours."""
    sound = ["-c:a", "libopus", "-b:a", f"{given.kbits}k", "-vbr", "off", "-frame_duration", "20"]
    pages = ["-page_duration", str(given.page_ms * 1000), "-f", "ogg"]
    where = f"icecast://source:{WORD}@127.0.0.1:{port}/live.opus"
    return [*sound, *pages, "-content_type", "application/ogg", where]


def main() -> None:
    parser = bench.options(__doc__ or "", 10_000)
    parser.add_argument("--burst", type=int, default=8_192, help="bytes; Icecast's own: 65,535")
    parser.add_argument("--page-ms", type=int, default=240, help="a part of ours: 240")
    parser.add_argument("--kbits", type=int, default=48)
    bench.main(parser, start)


if __name__ == "__main__":
    main()
