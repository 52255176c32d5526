"""The proxies of deploy/, with nothing changed in their files but names, ports and folders."""

import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from tests.e2e.authority import Authority
from tests.e2e.conftest import ROOT, TownHall

DEPLOY = ROOT / "deploy" / "proxy"
WITHIN_S = 10


class Proxy:
    """nginx, HAProxy or Caddy before a town hall, on a port of its own."""

    def __init__(self, kind: str, hall: TownHall, folder: Path, changes: dict[str, str]) -> None:
        self.port, self._folder = hall.port + 9, folder
        cert, key = Authority(folder).sign(folder / "tls", "127.0.0.1")
        (folder / "tls" / "both.pem").write_bytes(cert.read_bytes() + key.read_bytes())
        own = f"https://127.0.0.1:{self.port} {{\ntls {cert} {key}"
        self._names = {
            "hall.example.org {": f"{{\nadmin off\nauto_https disable_redirects\n}}\n{own}",
            "hall.example.org": "127.0.0.1",
            "127.0.0.1:8000": f"127.0.0.1:{hall.port}",
            "127.0.0.1:8001": f"127.0.0.1:{hall.port + 1}",
            "/etc/hustings/tls": str(folder / "tls"),
            "listen 443": f"listen 127.0.0.1:{self.port}",
            "bind :443": f"bind 127.0.0.1:{self.port}",
            "maxconn 20000": "maxconn 1000",
            **changes,
        }
        ask = {"nginx": self._nginx, "haproxy": self._haproxy, "caddy": self._caddy}[kind]()
        self._log = (folder / "proxy.log").open("w")
        self._process = subprocess.Popen(ask, stdout=self._log, stderr=self._log)
        self._until_open()

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(WITHIN_S)
        self._log.close()

    def _text(self, name: str) -> str:
        text = (DEPLOY / name).read_text()
        for ours, theirs in self._names.items():
            text = text.replace(ours, theirs)
        return text

    def _nginx(self) -> list[str]:
        temporary = "".join(
            f"{kind}_temp_path {self._folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        around = (
            f"daemon off; pid {self._folder}/pid; error_log stderr; worker_processes 1;"
            f"events {{}} http {{ access_log off; {temporary} {self._text('nginx.conf')} }}"
        )
        (self._folder / "nginx.conf").write_text(around)
        return [_program("nginx"), "-p", str(self._folder), "-c", str(self._folder / "nginx.conf")]

    def _haproxy(self) -> list[str]:
        (self._folder / "haproxy.cfg").write_text(self._text("haproxy.cfg"))
        return [_program("haproxy"), "-f", str(self._folder / "haproxy.cfg")]

    def _caddy(self) -> list[str]:
        (self._folder / "Caddyfile").write_text(self._text("Caddyfile"))
        told = ["--config", str(self._folder / "Caddyfile"), "--adapter", "caddyfile"]
        return ["env", f"HOME={self._folder}", _program("caddy"), "run", *told]

    def _until_open(self) -> None:
        end = time.monotonic() + WITHIN_S
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        raise AssertionError((self._folder / "proxy.log").read_text())


def _program(name: str) -> str:
    return shutil.which(name) or f"/usr/sbin/{name}"


def is_installed(name: str) -> bool:
    return Path(_program(name)).exists()
