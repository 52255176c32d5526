"""How much of what was said came out, window by window: sound held against sound.

Both are compared between 250 and 3,200 Hz, where marks are. What is late, or louder, is not lost;
sound put in between is not either. Positions and lags are samples at 48 kHz.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hustings.rehearse.measure.line.marks import RATE_HZ, Sound

FRAME = 960
WINDOW, HOP = 480, 120
BLOCK = 11_520
"""The lag is found anew so often: a drift of 300 ppm moves it by 3 samples meanwhile."""
REACH = RATE_HZ
"""How far a lag may leap from one block to the next: 1 s."""
LOW_HZ, HIGH_HZ = 250, 3_200
FOUND = 0.3
"""Chance stays below 0.15 over a block; one of which two thirds are lost is still found."""
SURE = 0.85
ALIKE = 0.5
"""Two encodings leave a window of 10 ms above 0.7; other marks are alike by 0.15."""
SEAM_WINDOWS = 3
"""Shorter likeness amid what is lost is chance, and shorter damage the mark of a codec."""


@dataclass(frozen=True)
class Found:
    """What was said, as it was found in what was heard."""

    likeness: Sound
    """Of each window of 10 ms, begun every 2.5 ms: 1 is the same."""
    lags: list[int | None]
    """Where each block of 240 ms was found, from where it was said; None where it was not."""

    @property
    def frames(self) -> int:
        return (len(self.likeness) - 1) * HOP // FRAME + 1

    @property
    def lost_at(self) -> list[tuple[float, int]]:
        """Where something is missing, in seconds, and how many frames of 20 ms."""
        return [
            (start * HOP / RATE_HZ, max(1, round(length * HOP / FRAME)))
            for start, length in _runs(self.likeness < ALIKE)
        ]

    @property
    def lost(self) -> int:
        return sum(frames for _, frames in self.lost_at)

    @property
    def lost_percent(self) -> float:
        return round(min(100.0, 100 * self.lost / self.frames), 3)


def find(said: Sound, heard: Sound) -> Found:
    """`heard` holds what was said somewhere, in order, later or earlier as it went on."""
    said, heard = _band(said), _band(heard)
    lags = _lags(said, heard)
    likeness = [_block_likeness(said, heard, n, lags) for n in range(len(lags))]
    return Found(np.concatenate(likeness).astype(np.float32), lags)


def cut(sound: Sound, start: int, length: int) -> Sound:
    """Silence where there is none of it."""
    part = sound[max(0, start) : max(0, start + length)]
    before = min(length, max(0, -start))
    return np.pad(part, (before, length - before - len(part)))


def _band(sound: Sound) -> Sound:
    spectrum = np.fft.rfft(sound)
    hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    spectrum[(hz < LOW_HZ) | (hz > HIGH_HZ)] = 0
    return np.fft.irfft(spectrum, len(sound)).astype(np.float32)


def _lags(said: Sound, heard: Sound) -> list[int | None]:
    """Of each block, near that of the block before."""
    last, _ = _best_lag(said, heard, -len(said), len(heard))
    found: list[int | None] = []
    for start in range(0, len(said) - BLOCK + 1, BLOCK):
        block = said[start : start + BLOCK]
        here = start + last
        lag, score = _best_lag(block, heard, here - HOP // 4, here + HOP // 4)
        if score < SURE:
            lag, score = _best_lag(block, heard, here - REACH, here + REACH)
        if score > FOUND:
            last = lag - start
        found.append(last if score > FOUND else None)
    return found


def _best_lag(piece: Sound, heard: Sound, low: int, high: int) -> tuple[int, float]:
    """Where a piece fits best that begins from `low` to `high`, and how well."""
    begin, end = max(0, low), min(len(heard), high + len(piece))
    part = heard[begin:end]
    if len(part) < len(piece):
        part = np.pad(part, (0, len(piece) - len(part)))
    size = 1 << (len(part) + len(piece)).bit_length()
    match = np.fft.irfft(np.fft.rfft(part, size) * np.conj(np.fft.rfft(piece, size)), size)
    match = match[: len(part) - len(piece) + 1]
    energy = _sums(part * part)
    local = energy[len(piece) :] - energy[: -len(piece)]
    floor = 1e-9 + 1e-4 * float(local.max(initial=0.0))
    scores = match / np.sqrt(np.maximum(local, floor) * float((piece * piece).sum() + 1e-9))
    at = int(np.argmax(scores))
    return begin + at, float(scores[at])


def _block_likeness(said: Sound, heard: Sound, n: int, lags: list[int | None]) -> Sound:
    """Of the windows that begin in a block, at its lag or those of the blocks beside it."""
    start = n * BLOCK
    end = min(start + BLOCK, len(said) - WINDOW + 1)
    own = said[start : end + WINDOW - 1]
    best = np.zeros(len(range(start, end, HOP)), np.float32)
    for lag in {lag for lag in lags[max(0, n - 1) : n + 2] if lag is not None}:
        other = cut(heard, start + lag, len(own))
        both, one, two = (_windows(each) for each in (own * other, own * own, other * other))
        best = np.maximum(best, both / np.sqrt(one * np.maximum(two, 1e-3 * one) + 1e-12))
    return best


def _windows(sound: Sound) -> Sound:
    sums = _sums(sound)
    starts = np.arange(0, len(sound) - WINDOW + 1, HOP)
    return (sums[starts + WINDOW] - sums[starts]).astype(np.float32)


def _sums(sound: Sound) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.concatenate(([0.0], np.cumsum(sound, dtype=np.float64)))


def _runs(bad: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Iterator[tuple[int, int]]:
    """First window and length of each stretch, those that all but touch as one."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], bad.astype(np.int8), [0]))))
    start: int | None = None
    end = 0
    for first, after in edges.reshape(-1, 2):
        if start is not None and first - end > SEAM_WINDOWS:
            if end - start >= SEAM_WINDOWS:
                yield start, end - start
            start = None
        start = int(first) if start is None else start
        end = int(after)
    if start is not None and end - start >= SEAM_WINDOWS:
        yield start, end - start
