#!/usr/bin/env python3
"""Make the sounds that a stage has of its own: crates/media/sounds/{opening,pause,closing,tone}.opus.

Opening, pause and closing are about -16 LUFS with peaks below -1 dBFS. The tone is a room in which nobody
speaks: noise at -48 dBFS, a little longer than ten seconds, so that its end can go over into its beginning.

Needs numpy, espeak-ng and ffmpeg (libopus). The same versions of these give the same bytes.
This is not part of the build: the files it makes are kept in the repository.
"""

import argparse
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np

RATE_HZ = 48_000
LOUDNESS_LUFS = -16.0
PEAK_DB = -1.6
TONE_DB = -48.0
TONE_S = 10.1
SENTENCE = "We have paused. The town hall will go on, at this address."
PARTIALS = ((1.0, 1.0, 1.0), (2.0, 0.32, 0.55), (3.0, 0.10, 0.35), (4.16, 0.05, 0.2))
"""Of a bell: frequency, strength and decay, as shares of the note's own."""

Sound = np.ndarray


def seconds(count: float) -> int:
    return round(count * RATE_HZ)


def note(hz: float, decay_s: float, length_s: float) -> Sound:
    t = np.arange(seconds(length_s)) / RATE_HZ
    rings = sum(
        strength * np.sin(2 * np.pi * hz * ratio * t) * np.exp(-t / (decay_s * decay))
        for ratio, strength, decay in PARTIALS
    )
    attack = np.minimum(t / 0.012, 1.0)
    return np.asarray(rings * np.sin(attack * np.pi / 2) ** 2)


def chime(notes: tuple[tuple[float, float], ...], length_s: float, decay_s: float) -> Sound:
    """Notes of (second, frequency), ringing into each other and out."""
    sound = np.zeros(seconds(length_s))
    for at_s, hz in notes:
        ring = note(hz, decay_s, length_s - at_s)
        sound[seconds(at_s) :][: len(ring)] += ring
    out = min(seconds(0.8), len(sound) // 3)
    sound[-out:] *= np.cos(np.linspace(0, np.pi / 2, out)) ** 2
    return sound


def run(*command: str | Path) -> str:
    """Run a tool; its complaint is ours. Answers what it said on the way."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr


def read(path: Path) -> Sound:
    ask = ["ffmpeg", "-v", "error", "-i", path, "-ar", str(RATE_HZ), "-ac", "1", "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(ask, check=True, capture_output=True).stdout, "<f4")


def write(path: Path, sound: Sound) -> None:
    raw = path.with_suffix(".f32")
    raw.write_bytes(sound.astype("<f4").tobytes())
    kind = ("-f", "f32le", "-ar", str(RATE_HZ), "-ac", "1")
    run("ffmpeg", "-v", "error", "-y", *kind, "-i", raw, "-c:a", "pcm_f32le", path)


def say(folder: Path) -> Sound:
    """The sentence, spoken calmly, without the silence around it."""
    path = folder / "said.wav"
    run("espeak-ng", "-v", "en-gb-x-rp+f2", "-p", "48", "-s", "150", "-w", path, SENTENCE)
    said = read(path)
    loud = np.flatnonzero(np.abs(said) > 0.003)
    said = said[max(0, loud[0] - seconds(0.02)) : loud[-1] + seconds(0.1)].astype(np.float64)
    return said / np.abs(said).max()


def loudness(sound: Sound, folder: Path) -> float:
    path = folder / "loudness.wav"
    write(path, sound)
    told = run("ffmpeg", "-nostats", "-i", path, "-af", "ebur128", "-f", "null", "-")
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", told)[-1])


def evened(sound: Sound, folder: Path) -> Sound:
    """At the loudness of the programme, its peaks bent where they would stand out."""
    ceiling = 10 ** (PEAK_DB / 20)
    for _ in range(4):
        sound = sound * 10 ** ((LOUDNESS_LUFS - loudness(sound, folder)) / 20)
        knee = ceiling * 0.7
        over = np.maximum(np.abs(sound) - knee, 0.0)
        bent = knee + (ceiling - knee) * np.tanh(over / (ceiling - knee))
        sound = np.where(over > 0, np.sign(sound) * bent, sound)
    return sound


def room() -> Sound:
    """Noise shaped like a room: most of it low, nothing rumbling."""
    count = seconds(TONE_S)
    hz = np.fft.rfftfreq(count, 1 / RATE_HZ)
    shape = 1 / np.sqrt(1 + (hz / 250) ** 2) / (1 + (hz / 4_000) ** 4)
    shape *= 1 / (1 + (60 / np.maximum(hz, 1)) ** 4)
    noise = np.fft.irfft(
        np.fft.rfft(np.random.default_rng(1).standard_normal(count)) * shape, count
    )
    return noise / np.sqrt((noise**2).mean()) * 10 ** (TONE_DB / 20)


def sounds(folder: Path) -> dict[str, Sound]:
    c5, e5, g5, c6 = 523.25, 659.26, 783.99, 1046.5
    rising = chime(((0.0, c5 / 2), (0.45, g5 / 2), (0.9, c5), (1.35, e5), (1.8, g5)), 4.5, 1.3)
    falling = chime(((0.0, g5), (0.45, e5), (0.9, c5), (1.35, c5 / 2)), 3.0, 1.0)
    soft = chime(((0.0, c6 / 2), (0.3, e5)), 1.3, 0.6)
    spoken = np.concatenate([soft / np.abs(soft).max() * 0.5, say(folder), np.zeros(seconds(0.3))])
    level = {"opening": rising, "pause": spoken, "closing": falling}
    return {name: evened(sound, folder) for name, sound in level.items()} | {"tone": room()}


def main() -> None:
    """Make all four files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(__file__).resolve().parent.parent / "crates/media/sounds"
    parser.add_argument("--into", type=Path, default=default)
    into = parser.parse_args().into
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, sound in sounds(folder).items():
            write(folder / f"{name}.wav", sound)
            opus = (
                "-c:a",
                "libopus",
                "-b:a",
                "40k",
                "-vbr",
                "on",
                "-application",
                "audio",
                "-ac",
                "1",
            )
            exact = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact")
            target = into / f"{name}.opus"
            run("ffmpeg", "-v", "error", "-y", "-i", folder / f"{name}.wav", *opus, *exact, target)
            heard = read(target)
            peak_db = 20 * np.log10(np.abs(heard).max())
            loud = loudness(heard, folder)
            size = target.stat().st_size
            print(
                f"{target}: {len(heard) / RATE_HZ:.2f} s, {loud:.1f} LUFS, {peak_db:.1f} dBFS, {size} bytes"
            )


if __name__ == "__main__":
    main()
