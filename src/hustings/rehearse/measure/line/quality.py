"""How good a voice still sounds, by wide-band PESQ (ITU-T P.862.2): 1 is bad, 4.6 the same.

The program for it is not ours to hand out, and no part of hustings: its C code may be used to
evaluate, and for little else. Where somebody has installed it, it is asked.
"""

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from hustings.rehearse.measure.line.marks import RATE_HZ, Sound

PESQ_HZ = 16_000
BLOCK_S = 8

Judge = Callable[[int, Sound, Sound, str], float]


def judge() -> Judge | None:
    """None where it is not installed."""
    try:
        module: Any = importlib.import_module("pesq")
    except ModuleNotFoundError:
        return None
    told: Judge = module.pesq
    return told


def mean(ask: Judge, said: Sound, heard: Sound) -> float:
    """Of blocks of 8 s; both sounds begin together, at 48 kHz."""
    length = BLOCK_S * RATE_HZ
    told = [
        ask(
            PESQ_HZ,
            _narrow(said[start : start + length]),
            _narrow(heard[start : start + length]),
            "wb",
        )
        for start in range(0, len(said) - length + 1, length)
    ]
    return round(float(np.mean(told)), 3)


def _narrow(sound: Sound) -> Sound:
    """At 16 kHz."""
    spectrum = np.fft.rfft(sound)
    size = len(sound) * PESQ_HZ // RATE_HZ
    cut = spectrum[: size // 2 + 1].copy()
    cut[-1] = 0
    return (np.fft.irfft(cut, size) * (size / len(sound))).astype(np.float32)
