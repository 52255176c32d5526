"""Sound that nobody can guess: a chord of random tones, another every 10 ms.

What a stage makes up in place of a lost packet has other tones and is found out; codecs at the
bit rates of speech leave the tones as they are. All sounds are 48 kHz mono.
"""

import math
from typing import Any

import numpy as np

RATE_HZ = 48_000
CHORD_SAMPLES = 480
FADE_SAMPLES = 96
TONES = 5
LOW_HZ, HIGH_HZ = 300, 3_000
LEVEL = 0.1
"""Of full scale: about as loud as speech."""

Sound = np.ndarray[Any, np.dtype[np.float32]]


def marks(seconds: float, seed: int) -> Sound:
    """Chords that fade into each other within 2 ms."""
    draw = np.random.default_rng(seed)
    chords = int(seconds * RATE_HZ) // CHORD_SAMPLES
    length = CHORD_SAMPLES + FADE_SAMPLES
    t = np.arange(length) / RATE_HZ
    fade = np.ones(length)
    fade[:FADE_SAMPLES] = np.sin(math.pi / 2 * np.arange(FADE_SAMPLES) / FADE_SAMPLES) ** 2
    fade[-FADE_SAMPLES:] = fade[:FADE_SAMPLES][::-1]
    hz = np.exp(draw.uniform(math.log(LOW_HZ), math.log(HIGH_HZ), (chords, TONES, 1)))
    phase = draw.uniform(0, 2 * math.pi, (chords, TONES, 1))
    sound = np.zeros(chords * CHORD_SAMPLES + FADE_SAMPLES)
    for n in range(chords):
        tones = np.sin(2 * math.pi * hz[n] * t + phase[n]).sum(axis=0) / math.sqrt(TONES / 2)
        sound[n * CHORD_SAMPLES : n * CHORD_SAMPLES + length] += tones * fade
    return (sound[: chords * CHORD_SAMPLES] * LEVEL).astype(np.float32)
