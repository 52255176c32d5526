"""Players not written here read the same link: ffmpeg, VLC, and a plain reader of boxes."""

import json
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest

from tests.e2e.conftest import TownHall
from tests.e2e.people import MEDIA, VOICES, speaker, stream
from tests.e2e.sound import a_voice, best_match, envelope

SECONDS = float(os.environ.get("E2E_SECONDS", "15"))
PART = 11_520
LIKE = 0.9


@contextmanager
def talking(hall: TownHall, folder: Path) -> Iterator[str]:
    """Two recorded people talk on stage; the address of the stream."""
    seats = hall.live_hall("ana", "ben")
    speakers = [
        speaker(hall, seat, given, file=str(VOICES / f"{seat}.opus"))
        for seat, given in seats.items()
    ]
    order = folder / "speakers.json"
    order.write_text(json.dumps({"seconds": None, "speakers": speakers}))
    crowd = subprocess.Popen([MEDIA, "crowd", order], stdout=subprocess.PIPE, text=True)
    try:
        assert crowd.stdout
        for line in crowd.stdout:
            if all(one["heard"] for one in json.loads(line)["speakers"]):
                break
        yield stream(hall)
    finally:
        crowd.terminate()
        crowd.wait(10)


def resembles(sound: np.ndarray, folder: Path) -> float:
    """How like the two voices it is, once they have been on the air for a second."""
    score, _ = best_match(envelope(sound[48_000:]), envelope(a_voice(folder / "voice.wav")))
    print(f"correlation {score:.3f} over {len(sound) / 48_000:.0f} s")
    return score


def boxes(stream: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Whole boxes (ISO/IEC 14496-12 section 4.2) and what is in them."""
    while len(stream) >= 8:
        size, kind = struct.unpack(">I4s", stream[:8])
        if not 8 <= size <= len(stream):
            return
        yield kind, stream[8:size]
        stream = stream[size:]


def numbers(stream: bytes) -> list[tuple[int, int]]:
    """`mfhd.sequence_number` and `tfdt.baseMediaDecodeTime` of every fragment."""
    found = []
    for moof in (body for kind, body in boxes(stream) if kind == b"moof"):
        parts = dict(boxes(moof))
        tfdt = dict(boxes(parts[b"traf"]))[b"tfdt"]
        found.append((*struct.unpack(">I", parts[b"mfhd"][4:8]), *struct.unpack(">Q", tfdt[4:12])))
    return found


def test_ffmpeg_and_a_plain_reader_find_an_unbroken_stream(
    town_hall: TownHall, tmp_path: Path
) -> None:
    with talking(town_hall, tmp_path) as live:
        ask = ["ffmpeg", "-v", "warning", "-i", live, "-t", str(SECONDS)]
        reading = subprocess.Popen(
            [*ask, "-f", "f32le", "-ar", "48000", "-ac", "1", tmp_path / "heard.f32"],
            stderr=subprocess.PIPE,
        )
        raw = bytearray()
        with httpx.stream("GET", live, timeout=5) as answer:
            for chunk in answer.iter_bytes():
                raw += chunk
                if reading.poll() is not None:
                    break
        _, warnings = reading.communicate(timeout=30)

    told = numbers(bytes(raw))
    assert warnings.decode() == ""
    assert resembles(np.fromfile(tmp_path / "heard.f32", "<f4"), tmp_path) >= LIKE
    assert len(told) >= SECONDS / 0.24 - 10
    assert [no for no, _ in told] == [(told[0][1] // PART + i) % 2**32 for i in range(len(told))]
    assert [at for _, at in told] == [told[0][1] + i * PART for i in range(len(told))]


@pytest.mark.skipif(shutil.which("vlc") is None, reason="VLC is not installed here")
def test_vlc_plays_the_same_link(town_hall: TownHall, tmp_path: Path) -> None:
    """VLC will not run as root; `nobody` needs a folder to write to."""
    home = tmp_path / "vlc"
    home.mkdir(mode=0o777)
    home.chmod(0o777)
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o055)
    keep = f"#transcode{{acodec=s16l,channels=1}}:std{{access=file,mux=wav,dst={home}/heard.wav}}"

    with talking(town_hall, tmp_path) as live:
        subprocess.run(
            ["timeout", "-s", "INT", str(SECONDS), "cvlc", "--no-video", "--sout", keep, live],
            env={**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(home)},
            user="nobody" if os.geteuid() == 0 else None,
            capture_output=True,
            check=False,
        )

    sound = np.frombuffer((home / "heard.wav").read_bytes()[44:], "<i2") / 32_768
    assert len(sound) > (SECONDS - 4) * 48_000
    assert resembles(sound.astype(np.float32), tmp_path) >= LIKE
