"""Sound compared with sound: envelopes of 10 ms, matched wherever the loop stands."""

import subprocess
from pathlib import Path

import numpy as np

from tests.e2e.conftest import ROOT

RATE_HZ = 48_000
HOP = RATE_HZ // 100
HOLE_DB = -60
LOUDNESS = 0.6
"""How loud a sound is felt to be goes with its pressure to this power (Stevens): peaks that a
ceiling takes down by some decibels weigh as little as they are heard."""


def a_voice(into: Path) -> np.ndarray:
    """A minute and a quarter of speech without long pauses, as a WAV for the fake microphone."""
    source = ROOT / "src" / "hustings" / "voices"
    mix = ["-i", source / "ana.opus", "-i", source / "ben.opus", "-filter_complex", "amix=2"]
    ask = ["ffmpeg", "-v", "error", "-y", *mix, "-ar", "48000", "-ac", "1"]
    subprocess.run([*ask, into], check=True)
    raw = subprocess.run([*ask, "-f", "f32le", "-"], check=True, capture_output=True).stdout
    return np.frombuffer(raw, "<f4")


def decoded(path: Path) -> np.ndarray:
    """A file's sound as 48 kHz mono."""
    ask = ["ffmpeg", "-v", "error", "-i", path, "-ar", str(RATE_HZ), "-ac", "1", "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(ask, check=True, capture_output=True).stdout, "<f4")


def heard_in(stream: Path) -> np.ndarray:
    """The envelope of a saved stream, past the first second, in which a decoder finds in."""
    return envelope(decoded(stream)[RATE_HZ:])


def envelope(sound: np.ndarray) -> np.ndarray:
    frames = sound[: len(sound) // HOP * HOP].reshape(-1, HOP)
    return np.sqrt((frames.astype(np.float64) ** 2).mean(axis=1))


def best_match(heard: np.ndarray, said: np.ndarray) -> tuple[float, int]:
    """The highest correlation of two envelopes, `said` looping, and where."""
    heard, said = heard**LOUDNESS, said**LOUDNESS
    loop = np.tile(said, 2 + len(heard) // len(said))[: len(said) + len(heard)]
    size = 1 << (len(loop) + len(heard)).bit_length()
    centred = heard - heard.mean()
    spectrum = np.fft.rfft(loop, size) * np.conj(np.fft.rfft(centred, size))
    product = np.fft.irfft(spectrum, size)[: len(said)]
    sums, squares = (np.concatenate(([0.0], np.cumsum(loop**power))) for power in (1, 2))
    n = len(heard)
    spread = squares[n:] - squares[:-n] - (sums[n:] - sums[:-n]) ** 2 / n
    norm = np.sqrt(np.maximum(spread[: len(said)], 1e-12) * (centred**2).sum())
    scores = product / np.maximum(norm, 1e-12)
    at = int(np.argmax(scores))
    return float(scores[at]), at


PIECE = 4 * 100
ALIKE = 0.9


def as_said(heard: np.ndarray, said: np.ndarray) -> tuple[float, list[int]]:
    """How well pieces of 4 s match, in the middle of them, and the holes in those that match well.

    On a busy machine a browser's microphone, or an encoder that counts its packets, stands still
    for a moment: what follows is as said, a little later, and one place does not fit them all.
    """
    found = list[int]()
    scores = list[float]()
    for start in range(0, len(heard) - PIECE, PIECE // 2):
        piece = heard[start : start + PIECE]
        score, at = best_match(piece, said)
        scores.append(score)
        found += [start + i for i in holes(piece, said, at)] if score > ALIKE else []
    return float(np.median(scores)), found


def holes(heard: np.ndarray, said: np.ndarray, at: int) -> list[int]:
    """Frames of 10 ms, two in a row at least, silent in what was heard but not in what was said."""
    loop = np.tile(said, 2 + len(heard) // len(said))[at : at + len(heard)]
    quietest = np.array([loop[max(0, i - 4) : i + 5].min() for i in range(len(loop))])
    floor = 10 ** (HOLE_DB / 20)
    gone = (heard < floor) & (quietest > 30 * floor)
    return [i for i in range(1, len(gone)) if gone[i] and gone[i - 1]]
