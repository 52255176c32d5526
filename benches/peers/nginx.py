"""nginx serving HLS: segments of AAC that ffmpeg writes, players that reload a playlist."""

import argparse
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benches.peers import bench, machine
from benches.peers.ears.crowd import over_http
from benches.peers.ears.hls import Player, ask
from benches.peers.ears.loop import Order

INSTALL = "Install it: apt-get install nginx-light"
PLAYLIST = "/live.m3u8"
CONFIG = """daemon off;
# One worker: it has one core.
worker_processes 1;
worker_rlimit_nofile {files};
pid {folder}/pid;
error_log {folder}/error.log;
# It lets idle listeners go once fewer than a sixteenth of these are free.
events {{ worker_connections {most}; multi_accept on; }}
http {{
  access_log off;
  # From the page cache to the socket, a whole answer at a time.
  sendfile on;
  tcp_nopush on;
  # Files stay open; a playlist is looked at anew after a second.
  open_file_cache max=200 inactive=60s;
  open_file_cache_valid 1s;
  # A listener keeps the connection all evening.
  keepalive_timeout 75s;
  keepalive_requests 1000000;
  reset_timedout_connection on;
  types {{ application/vnd.apple.mpegurl m3u8; audio/mp4 mp4 m4s; }}
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  # A queue at the door as long as the kernel allows, instead of 511.
  server {{ listen 127.0.0.1:{port} backlog=65535; root {folder}/hls; }}
}}
"""


@contextmanager
def start(given: argparse.Namespace, most: int) -> Iterator[bench.Peer]:
    program = machine.find("nginx", "nginx", INSTALL)
    said = subprocess.run([program, "-v"], capture_output=True, text=True).stderr
    version = re.search(r"[\d.]+\d", said)
    port = machine.free_port()
    with machine.folder() as folder:
        (folder / "hls").mkdir()
        config = folder / "nginx.conf"
        config.write_text(_config(folder, port, most + most // 4 + 500))
        serving = machine.running([program, "-c", str(config)], folder / "said.log")
        with machine.fed(_segments(folder / "hls", given), folder / "ffmpeg.log"), serving as nginx:
            ready = partial(_segments_there, folder / "hls", port)
            machine.wait_for("Sound at nginx", ready, folder / "error.log")
            make = partial(Player, path=PLAYLIST)
            yield bench.Peer(
                name="nginx",
                version=version.group() if version else said.strip(),
                settings={"segment_ms": given.segment_ms, "kbits": given.kbits, "format": "fmp4"},
                pids=(*_children(nginx.pid), nginx.pid),
                crowd=lambda count, per_s: over_http(
                    Order(port, ask(PLAYLIST), make, count, per_s)
                ),
            )


def _config(folder: Path, port: int, most: int) -> str:
    return CONFIG.format(folder=folder, port=port, most=most, files=most + 100)


def _segments(where: Path, given: argparse.Namespace) -> list[str]:
    """Segments as long as ours, of whole AAC frames (1,024 samples at 48 kHz)."""
    sound = ["-ar", "48000", "-c:a", "aac", "-b:a", f"{given.kbits}k"]
    list_ = ["-f", "hls", "-hls_time", str(given.segment_ms / 1000), "-hls_list_size", "6"]
    files = ["-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init.mp4"]
    flags = ["-hls_flags", "delete_segments+temp_file", "-hls_delete_threshold", "3"]
    names = ["-hls_segment_filename", str(where / "%d.m4s"), str(where / PLAYLIST[1:])]
    return [*sound, *list_, *files, *flags, *names]


def _segments_there(where: Path, port: int) -> bool:
    """As many as a player begins with."""
    return len(list(where.glob("*.m4s"))) >= 4 and machine.answers(port, PLAYLIST)


def _children(pid: int) -> tuple[int, ...]:
    words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return tuple(int(word) for word in words)


def main() -> None:
    parser = bench.options(__doc__ or "", 10_000)
    parser.add_argument("--segment-ms", type=int, default=4_800)
    parser.add_argument("--kbits", type=int, default=64)
    bench.main(parser, start)


if __name__ == "__main__":
    main()
