"""The same speaker on the same bad line at other stages: Janus AudioBridge, and a bare aiortc.

A page of our own in the same Chromium offers the line. It stands between that page and the place
where the other's answer says that its media are.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from hustings.domain.refusals import StartRefused
from hustings.fleet.crowd import crowd, speaker
from hustings.ops.clock import SystemClock, monotonic_ms
from hustings.ops.entropy import SystemEntropy
from hustings.rehearse.evening import until
from hustings.rehearse.measure.chirps import pack_silence, write_wav
from hustings.rehearse.measure.line import quality
from hustings.rehearse.measure.line.judge import cut, find
from hustings.rehearse.measure.line.link import Fault, Way
from hustings.rehearse.measure.line.marks import Sound
from hustings.rehearse.measure.line.studio import browser
from hustings.rehearse.measure.line.track import Track, of_return
from hustings.rehearse.measure.line.wire import Wire
from hustings.rehearse.measure.mixing import janus, whip

OFFER_BYTES_MAX = 64 * 1024
STANDS_PACKETS = 100
SETTLED_MS = 2_000
CANDIDATE = re.compile(r"(a=candidate:\S+ 1 udp \d+) (\S+) (\d+) typ host", re.IGNORECASE)
OTHER_CANDIDATES = re.compile(r"a=candidate:(?!.* typ host).*\r\n")
NOWHERE = 9
"""Nobody listens there: the other is not to find the page but through the line."""
CLOCK = SystemClock()
PAGE = b"""<!doctype html><title>A speaker</title><script>
const plain = {echoCancellation: false, noiseSuppression: false, autoGainControl: false};
const track = async () =>
  (await navigator.mediaDevices.getUserMedia({audio: plain})).getAudioTracks()[0];
const peer = new RTCPeerConnection();
let lane;
async function sit() {
  lane = peer.addTransceiver(await track(), {direction: 'sendrecv'});
  await peer.setLocalDescription();
  while (peer.iceGatheringState !== 'complete') await new Promise(done => setTimeout(done, 20));
  const answer = await fetch('/whip', {method: 'POST', body: peer.localDescription.sdp});
  const sdp = await answer.text();
  if (!answer.ok) throw new Error(sdp);
  await peer.setRemoteDescription({type: 'answer', sdp});
}
async function again() {
  lane.sender.track.stop();
  await lane.sender.replaceTrack(await track());
}
</script>"""

Answer = Callable[[str], Awaitable[str]]


@dataclass(frozen=True)
class Asked:
    fault: Fault
    track: Track
    seed: int
    media: str
    folder: Path
    """Where the microphone's file is, and what is heard may be kept."""


async def others(asked: Asked) -> dict[str, Any]:
    """`lost_percent` and `pesq` by name; None where it is not installed."""
    told: dict[str, Any] = {"janus": None, "aiortc": None}
    if janus.installed() is not None and janus.address() is not None:
        told["janus"] = await _told(asked, _at_janus)
    if find_spec("aiortc") is not None and janus.address() is not None:
        told["aiortc"] = await _told(asked, _at_aiortc)
    return told


@dataclass(frozen=True)
class Other:
    answer: Answer
    heard: Callable[[], Awaitable[Sound]]
    """Ends it."""


async def _told(asked: Asked, at: Callable[..., Any]) -> dict[str, Any]:
    async with at(asked) as other:
        await _speak(asked, other.answer)
        heard = await other.heard()
    found = await asyncio.to_thread(find, asked.track.marks, heard)
    lags = [lag for lag in found.lags if lag is not None]
    ask = quality.judge()
    pesq = None
    if ask is not None and lags and len(asked.track.speech):
        start = lags[-1] + len(asked.track.marks)
        after = cut(heard, start, len(asked.track.speech))
        pesq = await asyncio.to_thread(quality.mean, ask, asked.track.speech, after)
    return {"lost_percent": found.lost_percent, "pesq": pesq}


async def _speak(asked: Asked, answer: Answer) -> None:
    """All of the track, which begins where the page opens its microphone anew."""
    address = janus.address()
    assert address is not None
    up, down = (Way(asked.fault, asked.seed, 0, side) for side in (0, 1))
    async with AsyncExitStack() as stack:
        line = _Line(address, answer, up, down)
        stack.callback(line.close)
        page = await stack.enter_async_context(_served(line.join))
        speaking = await stack.enter_async_context(browser(asked.folder / "said.wav"))
        await speaking.goto(page)
        await speaking.evaluate("sit()")
        await until(line.stands, "the other stage to be spoken to")
        await speaking.evaluate("again()")
        began = monotonic_ms()

        async def wait_until(at_s: float) -> None:
            await CLOCK.sleep_ms(max(0, began + round(at_s * 1000) - monotonic_ms()))

        await wait_until(asked.track.worse_s)
        line.worsen()
        await wait_until(asked.track.end_s)
        await CLOCK.sleep_ms(SETTLED_MS)


class _Line:
    """The bad line to wherever the answer leads."""

    def __init__(self, address: str, answer: Answer, up: Way, down: Way) -> None:
        self._address, self._answer, self._ways = address, answer, (up, down)
        self._wire: Wire | None = None

    async def join(self, offer: str) -> str:
        nowhere = rf"\1 {self._address} {NOWHERE} typ host"
        answer = await self._answer(CANDIDATE.sub(nowhere, OTHER_CANDIDATES.sub("", offer)))
        places = [found for found in CANDIDATE.finditer(answer) if ":" not in found[2]]
        place = next((one for one in places if one[2] == self._address), None)
        if place is None:
            raise StartRefused("The other stage names no place.", "Measure without --beside.")
        self._wire = Wire((place[2], int(place[3])), *self._ways)
        self._wire.is_bad = True
        await self._wire.open((self._address, 0))
        port = self._wire.port
        moved = re.sub(r"a=candidate:.*\r\n", "", answer)
        told = f"{place[1]} {self._address} {port} typ host\r\n"
        return re.sub(r"(a=ice-ufrag:)", lambda found: told + found[1], moved, count=1)

    async def stands(self) -> bool:
        return self._wire is not None and self._wire.carried > STANDS_PACKETS

    def worsen(self) -> None:
        assert self._wire
        self._wire.worsen()

    def close(self) -> None:
        if self._wire:
            self._wire.close()


@asynccontextmanager
async def _at_janus(asked: Asked) -> AsyncIterator[Other]:
    """In a room with another who says nothing, on a clean line, and keeps what comes."""
    installed, address = janus.installed(), janus.address()
    assert installed is not None and address is not None
    token, folder = SystemEntropy().draw(16).hex(), asked.folder / "janus"
    write_wav(asked.folder / "nothing.wav", pack_silence(10))
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(janus.janus(installed, _free_port()))
        url = await stack.enter_async_context(whip.room(running, address, token))
        ear = speaker(url, token, asked.folder / "nothing.wav")
        ear |= {"loop": True, "dump": str(folder)}
        hearing = await stack.enter_async_context(crowd(asked.media, {"speakers": [ear]}))
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=60, trust_env=False))

        async def heard() -> Sound:
            hearing.stop()
            await CLOCK.sleep_ms(SETTLED_MS)
            return await asyncio.to_thread(of_return, folder)

        yield Other(whip.Room(running.api, token, http).join, heard)


@asynccontextmanager
async def _at_aiortc(asked: Asked) -> AsyncIterator[Other]:
    """Its own jitter buffer and decoder, and nothing else."""
    # A peer, not a part of hustings: where somebody has installed it, it is asked.
    import aiortc

    peer = aiortc.RTCPeerConnection()
    pieces: list[tuple[int, Sound]] = []
    hearing: list[asyncio.Task[None]] = []

    async def keep(track: Any) -> None:
        while True:
            frame = await track.recv()
            both = frame.to_ndarray().reshape(-1, len(frame.layout.channels))
            pieces.append((frame.pts, both[:, 0].astype(np.float32) / 32_768))

    peer.on("track", lambda track: hearing.append(asyncio.ensure_future(keep(track))))

    async def answer(offer: str) -> str:
        await peer.setRemoteDescription(aiortc.RTCSessionDescription(offer, "offer"))
        await peer.setLocalDescription(await peer.createAnswer())
        told: str = peer.localDescription.sdp
        return told

    async def heard() -> Sound:
        for task in hearing:
            task.cancel()
        first = pieces[0][0] if pieces else 0
        length = max((at - first + len(sound) for at, sound in pieces), default=0)
        placed = np.zeros(length, np.float32)
        for at, sound in pieces:
            placed[max(0, at - first) :][: len(sound)] = sound[: max(0, length - (at - first))]
        return placed

    try:
        yield Other(answer, heard)
    finally:
        await peer.close()


@asynccontextmanager
async def _served(answer: Answer) -> AsyncIterator[str]:
    """Where the page is, and its offers are answered."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            if head.startswith("POST /whip"):
                found = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
                length = min(int(found[1]), OFFER_BYTES_MAX) if found else 0
                offer = (await reader.readexactly(length)).decode()
                told = await answer(offer)
                status, kind, body = "201 Created", "application/sdp", told.encode()
            else:
                status, kind, body = "200 OK", "text/html", PAGE
        except (StartRefused, whip.JanusFault, httpx.HTTPError, ValueError) as fault:
            status, kind, body = "502 Bad Gateway", "text/plain", f"{fault}".encode()
        first = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\n"
        writer.write(f"{first}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
