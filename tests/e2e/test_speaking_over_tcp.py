"""Where a wall stops UDP, a speaker comes in over TCP at the same port number, and is heard."""

import asyncio
import os
import socket
import struct
from contextlib import aclosing, closing
from pathlib import Path

from tests.e2e.conftest import TownHall, chromium, until
from tests.e2e.people import VOICES, crowd, last_line, lines, speaker, stream
from tests.e2e.sound import a_voice, best_match, decoded, envelope, heard_in, holes
from tests.e2e.test_mouth_to_ear import take_seat

SECONDS = float(os.environ.get("E2E_SECONDS", "15"))
TCP_ESTABLISHED = "01"


def tcp_peers(port: int) -> int:
    """Connections that stand at this port of the machine."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = [row for row in rows if row[1].endswith(f":{port:04X}") and row[3] == TCP_ESTABLISHED]
    return len(ours)


async def heard(hall: TownHall) -> bool:
    return [line["heard"] for line in lines(hall)] == [True]


async def test_a_speaker_over_tcp_alone_is_heard_without_a_hole(
    town_hall: TownHall, tmp_path: Path
) -> None:
    given = town_hall.live_hall("ana")["ana"]
    talking = await crowd(
        tmp_path, "talk", {"speakers": [speaker(town_hall, "ana", given, tcp=True)]}
    )
    await until(lambda: heard(town_hall), "a line that is heard")
    save = str(tmp_path / "heard.mp4")
    listeners = {"count": 1, "stream": stream(town_hall), "save": save}
    listening = await crowd(tmp_path, "listen", {"seconds": SECONDS, "listeners": listeners})
    flood = asyncio.create_task(strangers(town_hall.port + 2))
    listened = await last_line(listening)
    connections, turned_away = tcp_peers(town_hall.port + 2), await flood
    talking.terminate()
    talked = await last_line(talking)

    said = envelope(decoded(VOICES / "ana.opus"))
    sound = heard_in(tmp_path / "heard.mp4")
    score, at = best_match(sound, said)
    print(f"correlation {score:.3f}; strangers turned away {turned_away}")
    assert score >= 0.9
    assert holes(sound, said, at) == []
    assert listened["listeners"]["missed"] == 0
    assert [told["reconnects"] for told in talked["speakers"]] == [0]
    assert connections >= 1
    assert turned_away >= 200 - 16


async def strangers(port: int) -> int:
    """Two hundred connections that prove nothing; how many were closed."""
    closed = 0
    for number in range(200):
        with closing(socket.socket()) as one:
            one.settimeout(1)
            await asyncio.to_thread(one.connect, ("127.0.0.1", port))
            odd = [b"GET / HTTP/1.1\r\n\r\n", struct.pack("!H", 0xFFFF), b"\x00\x02\x80\x6f"]
            one.sendall(odd[number % 3])
            try:
                closed += one.recv(1) == b""
            except ConnectionResetError:
                closed += 1
            except TimeoutError:
                pass
    return closed


async def test_a_browser_that_may_not_use_udp_comes_in_over_tcp(
    town_hall: TownHall, tmp_path: Path
) -> None:
    a_voice(tmp_path / "voice.wav")
    given = town_hall.live_hall("ana")["ana"]
    browser = chromium(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={tmp_path / 'voice.wav'}",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    )

    async with aclosing(browser) as speaking:
        studio = await (await anext(speaking)).new_page()
        await studio.goto(given["studio_url"])
        await take_seat(studio)

        # Heard by way of either stage: the line to the other may still be coming.
        assert tcp_peers(town_hall.port + 2) + tcp_peers(town_hall.port + 7) >= 1
        await until(lambda: heard(town_hall), "a line that is heard")
