"""A town hall gets its certificate by itself, from an authority not written here (pebble)."""

import json
import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.e2e.authority import Authority
from tests.e2e.conftest import ROOT, TownHall, free_ports

PEBBLE = ROOT / "tests/peers/pebble"
PROGRAM = "github.com/letsencrypt/pebble/v2/cmd/pebble"
WITHIN_S = 60


@contextmanager
def pebble(folder: Path, plain_port: int) -> Iterator[tuple[str, Path]]:
    """Its directory, and the authority that its own HTTPS is trusted by."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("Go is not on this machine: pebble cannot be built, and was not tried")
    build = [go, "build", "-mod=readonly", "-o", folder / "pebble", PROGRAM]
    subprocess.run(build, cwd=PEBBLE, check=True, timeout=300)
    authority, port = Authority(folder), free_ports() + 1000
    cert, key = authority.sign(folder / "pebble-tls", "127.0.0.1")
    told = {
        "listenAddress": f"127.0.0.1:{port}",
        "managementListenAddress": f"127.0.0.1:{port + 1}",
        "certificate": str(cert),
        "privateKey": str(key),
        "httpPort": plain_port,
        "tlsPort": plain_port,
        "ocspResponderURL": "",
    }
    (folder / "pebble.json").write_text(json.dumps({"pebble": told}))
    process = subprocess.Popen(
        [folder / "pebble", "-config", folder / "pebble.json"],
        # Nonces are refused now and then, as a busy authority does.
        env={**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "10"},
        stdout=(folder / "pebble.log").open("w"),
        stderr=subprocess.STDOUT,
    )
    try:
        yield f"https://127.0.0.1:{port}/dir", authority.file
    finally:
        process.terminate()
        process.wait(10)


def test_a_certificate_is_got_and_used_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = free_ports() + 2000
    with pebble(tmp_path, plain) as (directory, trusted):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusted))
        hall = TownHall(
            tmp_path / "data",
            "--acme",
            directory,
            "--plain-port",
            str(plain),
            public="https://localhost:{port}",
        )
        try:
            roots = root_of(directory, trusted)
            page = until_answered(f"{hall.page}/livez", roots)
            lost = httpx.get(f"http://127.0.0.1:{plain}/h/eve?x=1")
            foreign = httpx.get(
                f"http://127.0.0.1:{plain}/.well-known/acme-challenge/..%2Fboth.pem"
            )
        finally:
            hall.stop()

    assert page.status_code == 200
    assert (lost.status_code, lost.headers["location"]) == (308, f"{hall.page}/h/eve?x=1")
    assert foreign.status_code == 308
    kept = tmp_path / "data" / "tls" / "both.pem"
    assert kept.stat().st_mode & 0o077 == 0
    assert not list((tmp_path / "data" / "tls" / "challenges").iterdir())


def root_of(directory: str, trusted: Path) -> ssl.SSLContext:
    """What trusts the certificates that this pebble gives, and no others."""
    at = httpx.URL(directory)
    management = f"https://{at.host}:{(at.port or 0) + 1}"
    own = ssl.create_default_context(cafile=trusted)
    root = httpx.get(f"{management}/roots/0", verify=own).text
    return ssl.create_default_context(cadata=root)


def until_answered(url: str, roots: ssl.SSLContext) -> httpx.Response:
    end = time.monotonic() + WITHIN_S
    while True:
        try:
            return httpx.get(url, verify=roots, timeout=5)
        except httpx.TransportError:
            assert time.monotonic() < end, "no certificate that is trusted"
            time.sleep(0.2)


def test_an_authority_that_is_away_keeps_no_town_hall_from_opening(tmp_path: Path) -> None:
    away, plain = "https://127.0.0.1:1/dir", free_ports() + 3000
    more = ["--acme", away, "--plain-port", str(plain)]
    hall = TownHall(tmp_path / "data", *more, public="https://localhost:{port}")
    try:
        alive = httpx.get(f"{hall.page}/livez", verify=False)
        end = time.monotonic() + WITHIN_S
        while "No certificate" not in (log := (tmp_path / "serve.log").read_text()):
            assert time.monotonic() < end
            time.sleep(0.1)
    finally:
        hall.stop()

    assert alive.status_code == 200
    assert "No certificate for localhost" in log
    assert "Again in 1 min." in log
    assert "Traceback" not in log
