"""A town hall with a certificate of its own: pages, streams, passes over TLS; renewed while on."""

import asyncio
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import aclosing, suppress
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from tests.e2e.authority import Authority
from tests.e2e.conftest import HUSTINGS, SEALED, TownHall, chromium, free_ports, until


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def sealed(authority: Authority, tmp_path: Path) -> Iterator[TownHall]:
    cert, key = authority.sign(tmp_path / "tls", "127.0.0.1", "hall.example.org")
    hall = TownHall(tmp_path / "data", "--cert", str(cert), "--key", str(key), public=SEALED)
    yield hall
    hall.stop()


def shake(port: int, authority: Authority, *protocols: str) -> tuple[str | None, int]:
    """The protocol agreed on, and the serial number of the certificate shown."""
    context = ssl.create_default_context(cafile=authority.file)
    context.set_alpn_protocols(list(protocols))
    with (
        socket.create_connection(("127.0.0.1", port), 5) as plain,
        context.wrap_socket(plain, server_hostname="hall.example.org") as tls,
    ):
        shown = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")
        return tls.selected_alpn_protocol(), shown.serial_number


def test_pages_streams_and_passes_go_over_tls(sealed: TownHall, authority: Authority) -> None:
    seat = sealed.live_hall("ana")["ana"]
    trusted = ssl.create_default_context(cafile=authority.file)
    with httpx.Client(verify=trusted) as browser:
        page = browser.get(f"{sealed.page}/h/eve")
        told = browser.get(f"{sealed.page}/h/eve/state.json").json()["stream"]
        given = browser.get(seat["studio_url"])
    stream = f"https://127.0.0.1:{told['port']}{told['path']}"
    ask = ["ffmpeg", "-v", "warning", "-tls_verify", "1", "-ca_file", authority.file]
    heard = subprocess.run(
        [*ask, "-i", stream, "-t", "5", "-f", "null", "-"], capture_output=True, timeout=30
    )

    assert page.status_code == 200
    assert (
        f"connect-src 'self' https://127.0.0.1:{sealed.port + 1}"
        in page.headers["content-security-policy"]
    )
    assert given.status_code == 303
    assert "; Secure" in given.headers["set-cookie"]
    assert (heard.returncode, heard.stderr.decode()) == (0, "")
    assert shake(sealed.port, authority, "h2", "http/1.1")[0] == "h2"
    assert shake(sealed.port, authority, "http/1.1")[0] == "http/1.1"
    assert shake(sealed.port + 1, authority, "http/1.1")[0] == "http/1.1"


async def test_a_browser_listens_over_tls_and_http_2(sealed: TownHall) -> None:
    sealed.live_hall("ana")

    async with aclosing(chromium()) as browsers:
        context = await (await anext(browsers)).new_context(ignore_https_errors=True)
        listener = await context.new_page()
        await listener.goto(f"{sealed.page}/h/eve")
        await listener.get_by_role("button", name="Listen").click()
        playing = "document.querySelector('#programme').dataset.state === 'playing'"
        await until(lambda: listener.evaluate(playing), "sound")


async def test_a_renewed_certificate_is_taken_up_and_a_broken_one_is_not(
    sealed: TownHall, authority: Authority, tmp_path: Path
) -> None:
    sealed.live_hall("ana")
    trusted = ssl.create_default_context(cafile=authority.file)
    first = [shake(port, authority)[1] for port in (sealed.port, sealed.port + 1)]
    stream = f"https://127.0.0.1:{sealed.port + 1}/h/eve/live.mp4"
    parts = 0

    async with (
        httpx.AsyncClient(verify=trusted, timeout=5) as client,
        client.stream("GET", stream) as before,
    ):
        authority.sign(tmp_path / "tls", "127.0.0.1", "hall.example.org")

        async def renewed() -> bool:
            shown = [shake(port, authority)[1] for port in (sealed.port, sealed.port + 1)]
            return not set(shown) & set(first)

        await until(renewed, "the new certificate")
        (tmp_path / "tls" / "cert.pem").write_text("no certificate")
        await asyncio.sleep(6)
        after = shake(sealed.port, authority)[1]
        async for chunk in before.aiter_bytes():
            parts += chunk.count(b"moof")
            if parts > 40:
                break

    assert after not in first
    assert parts > 40


def until_shown_out(port: int, says: bytes) -> float:
    """Seconds until the other side has closed."""
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), 10) as guest:
        guest.sendall(says)
        with suppress(ConnectionResetError):
            while guest.recv(1000):
                pass
    return time.monotonic() - started


def test_who_does_not_shake_hands_is_shown_out(sealed: TownHall, authority: Authority) -> None:
    for port in (sealed.port, sealed.port + 1):
        rude = until_shown_out(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        silent = until_shown_out(port, b"")
        half = until_shown_out(port, b"\x16\x03\x01\x02\x00\x01")

        assert rude < 1
        assert silent < 8
        assert half < 8
    assert shake(sealed.port, authority, "h2")[0] == "h2"


def test_a_certificate_that_cannot_be_used_is_told_at_the_start(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    cert, _ = authority.sign(tmp_path / "one", "127.0.0.1")
    _, other = authority.sign(tmp_path / "two", "127.0.0.1")

    alone = TownHall(tmp_path / "data", "--cert", str(cert))
    foreign = TownHall(tmp_path / "data", "--cert", str(cert), "--key", str(other))

    log = (tmp_path / "serve.log").read_text()
    assert (alone.ready, foreign.ready) == (None, None)
    assert (alone.process.wait(20), foreign.process.wait(20)) == (2, 2)
    assert "it is not the key of that certificate" in log


@pytest.mark.parametrize("protocol", ["h2", "http/1.1"])
def test_whoever_is_silent_inside_tls_is_not_waited_for(
    sealed: TownHall, authority: Authority, protocol: str
) -> None:
    context = ssl.create_default_context(cafile=authority.file)
    context.set_alpn_protocols([protocol])
    with (
        socket.create_connection(("127.0.0.1", sealed.port), 5) as plain,
        context.wrap_socket(plain, server_hostname="hall.example.org") as tls,
    ):
        tls.settimeout(12)
        with suppress(ConnectionResetError, ssl.SSLEOFError):
            while tls.recv(65_536):
                pass


def test_a_certificate_that_ran_out_opens_the_doors_and_is_told(tmp_path: Path) -> None:
    cert, key = Authority(tmp_path).sign(tmp_path / "tls", "127.0.0.1", days=-1)
    port = free_ports()
    args = ["--data", tmp_path / "data", "--port", port, "--cert", cert, "--key", key]
    args += ["--public", f"https://127.0.0.1:{port}"]
    with (tmp_path / "out").open("w") as out:
        serving = subprocess.Popen([HUSTINGS, "serve", *map(str, args)], stdout=out)
    try:
        end = time.monotonic() + 30
        while "Stop with Ctrl-C" not in (said := (tmp_path / "out").read_text()):
            assert time.monotonic() < end
            time.sleep(0.1)
        answer = httpx.get(f"https://127.0.0.1:{port}/livez", verify=False)
    finally:
        serving.terminate()
        serving.wait(20)

    assert answer.status_code == 200
    assert "The certificate: It ran out on" in said
    assert "Renew it; no restart is needed." in said
