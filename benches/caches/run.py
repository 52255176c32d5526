"""Caches, run as `deploy/cache` has them: nothing changed but addresses, ports and folders."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benches.peers import machine
from hustings.ops.clock import wait_ms

DEPLOY = machine.ROOT / "deploy/cache"
EDGE, NAMED_PORT = "127.0.0.1:8000", "8080"
ENOUGH_FILES = "worker_processes 1; worker_rlimit_nofile 8192; events { worker_connections 4096; }"
LOG = "log_format asked '$request_uri $upstream_status'; log_subrequest on;"


@dataclass(frozen=True)
class Cache:
    """It runs. `asked` tells every request that it made of the edge until now, in their order."""

    version: str
    port: int
    asked: Callable[[], list[str]]


@contextmanager
def varnish(folder: Path, origin: str, at: int = 0) -> Iterator[Cache]:
    """`at`: the port; else any that is free."""
    program = machine.find("varnishd", "Varnish", "Install it: apt-get install varnish")
    said = subprocess.run([program, "-V"], capture_output=True, text=True).stderr
    port, home, told = at or machine.free_port(), folder / "varnish", folder / "asked.log"
    home.mkdir()
    config = folder / "hustings.vcl"
    host, _, edge_port = origin.rpartition(":")
    text = (DEPLOY / "varnish.vcl").read_text()
    config.write_text(text.replace('"127.0.0.1"', f'"{host}"').replace('"8000"', f'"{edge_port}"'))
    ask_it = [program, "-F", "-n", str(home), "-a", f"127.0.0.1:{port}", "-f", str(config)]
    log = folder / "varnish.log"
    with machine.running([*ask_it, "-s", "malloc,256m"], log):
        machine.wait_for("Varnish", partial(machine.accepts, port), log)
        watch = ["varnishncsa", "-n", str(home), "-b", "-F", "%U%q %s", "-w", str(told)]
        with machine.running(watch, folder / "ncsa.log"):
            wait_ms(1_000)
            yield Cache(said.split("\n")[0], port, partial(_lines, told))


@contextmanager
def nginx(folder: Path, origin: str, at: int = 0) -> Iterator[Cache]:
    """`at`: the port; else any that is free."""
    program = machine.find("nginx", "nginx", "Install it: apt-get install nginx-light")
    said = subprocess.run([program, "-v"], capture_output=True, text=True).stderr
    port, told = at or machine.free_port(), folder / "asked.log"
    text = (DEPLOY / "nginx.conf").read_text()
    for theirs, ours in (
        (EDGE, origin),
        (f"listen {NAMED_PORT}", f"listen 127.0.0.1:{port} backlog=4096"),
        ("/var/cache/nginx/hustings", str(folder / "cache")),
    ):
        text = text.replace(theirs, ours)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    http = f"{LOG} access_log {told} asked; {temporary}\n{text}"
    config = folder / "nginx.conf"
    # It would become another user, who may not write here.
    head = f"user root; daemon off; pid {folder}/pid; error_log {folder}/error.log; {ENOUGH_FILES}"
    config.write_text(f"{head}\nhttp {{ {http} }}\n")
    log = folder / "nginx.log"
    with machine.running([program, "-c", str(config)], log):
        machine.wait_for("nginx", partial(machine.accepts, port), folder / "error.log")
        yield Cache(said.strip(), port, lambda: [it for it in _lines(told) if it[-1] != "-"])


CACHES: dict[str, Callable[..., AbstractContextManager[Cache]]] = {
    "varnish": varnish,
    "nginx": nginx,
}


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []
