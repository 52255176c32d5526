"""Chirps: sound whose way can be measured. Made, sent, found again, dated.

And a hiss, whose rate is even. All times are media time: 48 kHz samples since the Unix epoch, as
the crowd notes them.
"""

import math
import subprocess
import wave
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

RATE_HZ = 48_000
FRAME = 960
PART = 11_520
CHIRP_S = 0.2
# Every 4.1 s: further apart than any delay is long; 205 frames, to fall on every phase of the part.
EVERY = 205 * FRAME
FOUND_SCORE = 0.35
BUFFER = RATE_HZ * 1080 // 1000

Sound = np.ndarray[Any, np.dtype[np.float32]]


def chirp() -> Sound:
    """200 ms from 1.5 to 6 kHz, faded at both ends."""
    t = np.arange(int(CHIRP_S * RATE_HZ)) / RATE_HZ
    sweep = 2 * math.pi * (1_500 * t + (6_000 - 1_500) / (2 * CHIRP_S) * t**2)
    return (0.5 * np.sin(sweep) * np.hanning(len(t)) ** 0.25).astype(np.float32)


def hiss(seconds: int) -> Sound:
    """Noise as loud as speech is on average, the same every time."""
    noise = np.random.default_rng(1).standard_normal(seconds * RATE_HZ)
    return (0.05 * noise).astype(np.float32)


def write_wav(path: Path, sound: Sound) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes((np.clip(sound, -1, 1) * 32_767).astype("<i2").tobytes())


def train(seconds: float) -> tuple[Sound, list[int]]:
    """A track of chirps, and the frame in which each begins."""
    sound = np.zeros(int(seconds * RATE_HZ) // FRAME * FRAME, np.float32)
    one = chirp()
    starts = list(range(EVERY // 2, len(sound) - EVERY // 2, EVERY))
    for start in starts:
        sound[start : start + len(one)] += one
    return sound, [start // FRAME for start in starts]


def find(sound: Sound) -> list[int]:
    """Where chirps begin, by normalised cross-correlation."""
    one = chirp()
    size = 1 << (len(sound) + len(one)).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(one, size))
    match = np.fft.irfft(spectrum, size)[: len(sound)]
    energy = np.concatenate(([0.0], np.cumsum(sound.astype(np.float64) ** 2)))
    ends = np.minimum(np.arange(len(sound)) + len(one), len(sound))
    local = np.sqrt(np.maximum(energy[ends] - energy[: len(sound)], 1e-6))
    score = np.abs(match) / (local * float(np.linalg.norm(one)))
    found: list[int] = []
    for at in np.flatnonzero(score > FOUND_SCORE):
        if found and at - found[-1] < EVERY // 2:
            if score[at] > score[found[-1]]:
                found[-1] = int(at)
        else:
            found.append(int(at))
    return found


@dataclass(frozen=True)
class Sent:
    """When each frame left the speaker."""

    at: dict[int, int]

    @classmethod
    def read(cls, folder: Path) -> "Sent":
        rows = (line.split("\t") for line in (folder / "sent.tsv").read_text().splitlines())
        return cls({int(frame): int(at) for frame, at in rows})

    def of_chirps(self, frames: list[int]) -> list[int]:
        return [self.at[frame] for frame in frames if frame in self.at]


def return_delays_ms(folder: Path, sent: list[int]) -> list[float]:
    """Send of a chirp's first packet until its first sample can sound at another speaker."""
    raw = (folder / "return.f32").read_bytes()
    sound = np.frombuffer(raw[: len(raw) // 4 * 4], "<f4")
    rows = [line.split("\t") for line in (folder / "return.tsv").read_text().splitlines()]
    begins = np.cumsum([0] + [int(row[2]) for row in rows])
    heard = []
    for at in find(sound):
        row = int(np.searchsorted(begins, at, side="right")) - 1
        heard.append(int(rows[row][1]) + at - int(begins[row]))
    return _matched_ms(sent, heard)


@dataclass(frozen=True)
class Listened:
    """One listener's stream: decoded sound, and when each part came."""

    sound: Sound
    parts: list[tuple[int, int]]

    @classmethod
    def read(cls, stream: Path, parts: Path) -> "Listened":
        ask = [
            "ffmpeg",
            "-v",
            "error",
            "-i",
            str(stream),
            "-f",
            "f32le",
            "-ac",
            "1",
            "-ar",
            "48000",
            "-",
        ]
        sound = np.frombuffer(subprocess.run(ask, capture_output=True, check=True).stdout, "<f4")
        rows = (line.split("\t") for line in parts.read_text().splitlines())
        return cls(sound, [(int(no), int(at)) for no, at in rows])

    def chirps_at(self) -> list[int]:
        """Media times at which chirps begin, as the stream numbers them."""
        return [self.parts[0][0] * PART + at for at in find(self.sound)]

    def arrival_delays_ms(self, sent: list[int]) -> list[float]:
        came = dict(self.parts)
        heard = [came[at // PART] for at in self.chirps_at() if at // PART in came]
        return _matched_ms(sent, heard)

    def head_start(self) -> int:
        """How far behind what is now a page plays that joined here: from the first burst of parts,
        a buffer before its end is what sounds at that moment."""
        burst = self.parts[0][1] + RATE_HZ // 10
        last = max(no for no, at in self.parts if at <= burst)
        return self.parts[0][1] - ((last + 1) * PART - BUFFER)


def played_delays_ms(sent: list[int], chirps_at: list[int], behind: int) -> list[float]:
    return _matched_ms(sent, [at + behind for at in chirps_at])


def _matched_ms(sent: list[int], heard: list[int]) -> list[float]:
    """Each chirp heard belongs to the last one sent before it: chirps are further apart than
    any delay is long."""
    places = ((at, bisect_right(sent, at) - 1) for at in heard)
    return [(at - sent[before]) / 48 for at, before in places if before >= 0]


def percentiles(values: list[float]) -> dict[str, float | int | None]:
    if not values:
        return {"p50": None, "p95": None, "n": 0}
    p50, p95 = np.percentile(values, [50, 95])
    return {"p50": round(float(p50), 1), "p95": round(float(p95), 1), "n": len(values)}


def pack_silence(seconds: float) -> Sound:
    """A line that is open and says nothing: noise far below speech, as a room is."""
    noise = np.random.default_rng(7).normal(0, 10 ** (-75 / 20), int(seconds * RATE_HZ))
    return noise.astype(np.float32)
