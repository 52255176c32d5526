"""A Janus of our own for as long as it is needed: AudioBridge with one room, all else off.

Its API is on loopback. Its media are not: Janus offers no loopback address.
"""

import asyncio
import contextlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

from hustings.domain.refusals import StartRefused
from hustings.rehearse.evening import NotReady, until

ROOM = 1
ENDS_WITHIN_S = 5
CORE = """
general: {{
  configs_folder = "{0}/etc"
  plugins_folder = "{0}/plugins"
  transports_folder = "{0}/transports"
  events_folder = "{0}/none"
  loggers_folder = "{0}/none"
  debug_level = 3
  debug_colors = false
  session_timeout = 0
}}
nat: {{ ice_lite = true }}
"""
HTTP = """
general: {{ json = "compact", http = true, ip = "127.0.0.1", port = {0}, https = false }}
admin: {{ admin_http = false, admin_https = false }}
"""
BRIDGE = f"""
room-{ROOM}: {{ description = "bench", sampling_rate = 48000, record = false }}
"""


@dataclass(frozen=True)
class Installed:
    """The program, the folder of what it loads, and its version."""

    program: Path
    libraries: Path
    version: str


@dataclass(frozen=True)
class Janus:
    """A running one: its process, and where its API is."""

    pid: int
    api: str


def installed() -> Installed | None:
    """The one that is found on this machine; none where it lacks AudioBridge or its HTTP API."""
    found = shutil.which("janus")
    if found is None:
        return None
    program = Path(found).resolve()
    for libraries in (program.parents[1] / "lib").glob("**/janus"):
        needed = (_audiobridge(libraries), _http(libraries))
        if all(library.is_file() for library in needed):
            return Installed(program, libraries, _version(program))
    return None


def address() -> str | None:
    """Ours but for loopback, by the route to elsewhere; sends nothing. None where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        found: str = probe.getsockname()[0]
    return None if found.startswith("127.") else found


@asynccontextmanager
async def janus(wanted: Installed, port: int) -> AsyncIterator[Janus]:
    """One whose API is at this port. Raises StartRefused."""
    with tempfile.TemporaryDirectory(prefix="hustings-janus-") as name, _words() as words:
        folder = Path(name)
        _configure(folder, wanted, port)
        process = await asyncio.create_subprocess_exec(
            str(wanted.program),
            f"--configs-folder={folder / 'etc'}",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            cwd=folder,
            start_new_session=True,  # Ctrl-C is ours to pass on, once.
        )
        try:
            running = Janus(process.pid, f"http://127.0.0.1:{port}/janus")
            await _answers(running, words)
            yield running
        finally:
            await _end(process)


def _configure(folder: Path, wanted: Installed, port: int) -> None:
    """It loads what lies in its folders."""
    loaded = {"plugins": _audiobridge(wanted.libraries), "transports": _http(wanted.libraries)}
    for kind, library in loaded.items():
        (folder / kind).mkdir()
        (folder / kind / library.name).symlink_to(library)
    (folder / "none").mkdir()
    (folder / "etc").mkdir()
    (folder / "etc" / "janus.jcfg").write_text(CORE.format(folder))
    (folder / "etc" / "janus.transport.http.jcfg").write_text(HTTP.format(port))
    (folder / "etc" / "janus.plugin.audiobridge.jcfg").write_text(BRIDGE)


def _audiobridge(libraries: Path) -> Path:
    return libraries / "plugins" / "libjanus_audiobridge.so"


def _http(libraries: Path) -> Path:
    return libraries / "transports" / "libjanus_http.so"


def _version(program: Path) -> str:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10)
    found = re.search(r"\d+\.\d+\.\d+", told.stdout + told.stderr)
    return found.group() if found else "of no version"


def _words() -> IO[bytes]:
    return tempfile.TemporaryFile()


async def _answers(running: Janus, words: IO[bytes]) -> None:
    async with httpx.AsyncClient(timeout=2, trust_env=False) as http:

        async def answers() -> bool:
            return (await http.get(f"{running.api}/info")).is_success

        try:
            await until(answers, "Janus to answer")
        except NotReady:
            words.seek(0)
            last = words.read().decode(errors="replace").strip().splitlines()[-1:]
            raise StartRefused(
                f"Janus does not start: {''.join(last) or 'it said nothing'}.",
                "Mend that, or remove it: then mixing is measured without it.",
            ) from None


async def _end(process: asyncio.subprocess.Process) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), ENDS_WITHIN_S)
            return
