"""A server behind 1:1 address translation, over HTTPS: speaking by UDP, TCP and a relay, both
streams."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.e2e.authority import Authority
from tests.e2e.conftest import CHROMIUM, chromium, until
from tests.e2e.far import host, served
from tests.e2e.nat import OUTSIDE, Nat, is_possible
from tests.e2e.sound import a_voice, as_said, envelope, heard_in

PORT = 8443
INSIDE, RELAY_OUTSIDE, RELAY_INSIDE = "10.77.0.2", "10.88.0.1", "10.77.0.1"
NO_UDP = "meta l4proto udp"
NOTHING_ELSE = f"{NO_UDP} drop; ct direction original tcp dport != {{ {PORT}, {PORT + 1} }}"
SECONDS = 20
LIKE = 0.9


@dataclass
class Abroad:
    """A town hall behind a router, and a place from which people come."""

    nat: Nat
    data: Path
    trusted: Path

    def host(self, *verb: str) -> Any:
        """A command of whoever runs the machine."""
        return host(self.nat, self.data, *verb)

    def listen(self, url: str, into: Path) -> subprocess.Popen[bytes]:
        """ffmpeg among the people, which trusts the test's authority and nobody else."""
        sure = ["-tls_verify", "1", "-ca_file", str(self.trusted)]
        # A playlist reaches back to before the speaker came.
        newest = ["-live_start_index", "-1"] if url.endswith(".m3u8") else []
        ask = ["ffmpeg", "-v", "error", "-y", *sure, *newest, "-i", url, "-t", SECONDS, into]
        return subprocess.Popen([*self.nat.within("people"), *map(str, ask)])

    def browser(self, folder: Path) -> Path:
        """Chromium, begun among the people."""
        script = folder / "chromium-abroad"
        script.write_text(
            f'#!/bin/sh\nexec {" ".join(self.nat.within("people"))} {CHROMIUM} "$@"\n'
        )
        script.chmod(0o755)
        return script


@pytest.fixture
def abroad(tmp_path: Path) -> Iterator[Abroad]:
    if not is_possible():
        pytest.skip("address translation needs root, ip and nft; it was not tried")
    authority = Authority(tmp_path)
    cert, key = authority.sign(tmp_path / "tls", OUTSIDE)
    with Nat(f"h{tmp_path.stat().st_ino % 10_000}") as nat:
        more = ["--public", f"https://{OUTSIDE}:{PORT}", "--announce", f"{OUTSIDE},{INSIDE}"]
        (tmp_path / "secret").write_text("north\n")
        more += ["--turn", f"turn:{RELAY_OUTSIDE}:3478?transport=tcp"]
        more += ["--turn-secret", str(tmp_path / "secret")]
        with (
            relay(nat, tmp_path, "north"),
            served(nat, tmp_path, PORT, *more, "--cert", cert, "--key", key) as data,
        ):
            yield Abroad(nat, data, authority.file)


@contextmanager
def relay(nat: Nat, folder: Path, secret: str) -> Iterator[None]:
    """coturn at the router, between the people and the server."""
    own = ["--no-tls", "--no-dtls", "--no-cli", "--realm", "hall", "--use-auth-secret"]
    own += [f"--static-auth-secret={secret}", "--log-file", "stdout", "--simple-log"]
    own += ["--listening-ip", RELAY_OUTSIDE, "--relay-ip", RELAY_INSIDE]
    own += ["--pidfile", str(folder / "turn.pid"), "--userdb", str(folder / "turn.db")]
    with (folder / "turn.log").open("w") as log:
        ask = [*nat.within("router"), "turnserver", "-n", *own]
        relaying = subprocess.Popen(ask, stdout=log, stderr=log)
    yield
    relaying.terminate()
    relaying.wait(10)


async def speak(page: Page, url: str) -> None:
    await page.goto(url)
    await page.get_by_role("button", name="Take your seat").click()
    await page.get_by_text("The room hears you").first.wait_for(timeout=30_000)


@pytest.mark.parametrize(
    ("refused", "told"),
    [("", ""), (NO_UDP, "lets no UDP through"), (NOTHING_ELSE, "nothing but a relay")],
    ids=["by UDP", "by TCP", "by a relay"],
)
async def test_a_speaker_elsewhere_is_heard_elsewhere(
    abroad: Abroad, tmp_path: Path, refused: str, told: str
) -> None:
    said = envelope(a_voice(tmp_path / "voice.wav"))
    abroad.nat.rules(refused)
    abroad.host("hall", "create", "eve")
    seat = abroad.host("hall", "seat", "eve", "ana", "--name", "Ana")
    abroad.host("hall", "open", "eve")
    microphone = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={tmp_path / 'voice.wav'}",
    ]

    async with aclosing(chromium(*microphone, program=abroad.browser(tmp_path))) as browsers:
        context = await (await anext(browsers)).new_context(ignore_https_errors=True)
        studio = await context.new_page()
        await speak(studio, seat["studio_url"])
        await studio.get_by_text(told or "You sit").first.wait_for(timeout=15_000)
        notes = "lets no UDP through", "nothing but a relay"
        shown = [note for note in notes if await studio.get_by_text(note).count()]
        assert shown == [told] * bool(told)
        listener = await context.new_page()
        await listener.goto(f"https://{OUTSIDE}:{PORT}/h/eve")
        await listener.get_by_role("button", name="Listen").click()
        playing = "document.querySelector('#programme').dataset.state === 'playing'"
        await until(lambda: listener.evaluate(playing), "sound")
        # What it plays is an echo to the speaker's browser, which would take it out of the voice.
        await listener.close()
        await asyncio.sleep(12)
        stream = abroad.listen(f"https://{OUTSIDE}:{PORT + 1}/h/eve/live.mp4", tmp_path / "s.wav")
        hls = abroad.listen(f"https://{OUTSIDE}:{PORT}/h/eve/live.m3u8", tmp_path / "h.wav")
        for listening in (stream, hls):
            await asyncio.to_thread(listening.wait, 60)

    for way in ("s", "h"):
        heard = heard_in(tmp_path / f"{way}.wav")
        score, gone = as_said(heard, said)
        print(f"{way} {told or 'udp'}: correlation {score:.3f} over {len(heard) / 100:.0f} s")
        assert score >= LIKE
        assert gone == []
