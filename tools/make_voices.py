#!/usr/bin/env python3
"""Make the two recorded voices of `hustings demo`: src/hustings/voices/{ana,ben}.opus.

Two people take turns; each file is as long as the other and holds only a faint room tone while the
other speaks, so that both, looped in step, are a conversation. The tone (about -72 dBFS) is what a live
microphone sounds like: a line of digital silence would rightly be reported as not heard.

Needs espeak-ng, sox and ffmpeg (libopus). The same versions of these give the same bytes.
This is not part of the build: the files it makes are kept in the repository.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

RATE_HZ = 48_000
SAMPLE_BYTES = 2
PAUSE_BETWEEN_TURNS_S = 0.38
PAUSE_AT_THE_END_S = 0.9


class Voice(NamedTuple):
    """How espeak-ng speaks (voice, pitch 0-99, words a minute) and what sox does to it afterwards."""

    name: str
    pitch: int
    words_per_minute: int
    peak_db: float
    effects: tuple[str, ...]


VOICES = {
    "ana": Voice("en-gb-x-rp+f2", 56, 166, -6.5, ("highpass", "120", "treble", "-3", "4k")),
    "ben": Voice(
        "en-gb-scotland+m3", 30, 156, -4.0, ("highpass", "70", "bass", "+2", "treble", "-2", "4k")
    ),
}

CONVERSATION = (
    ("ana", "Good evening, and welcome. I'm Ana. If you can hear me, the hall is working."),
    ("ben", "And I'm Ben. If you can hear me too, then both our lines are working."),
    ("ana", "So, Ben. You have run town halls for years. What goes wrong first?"),
    ("ben", "The start. Nine hundred people arrive in one minute, and the doors fall off."),
    ("ana", "And what should happen instead?"),
    (
        "ben",
        "Whoever is inside stays inside. Whoever is at the door is told how long it takes. And we begin on time.",
    ),
    ("ana", "Even if the host is late?"),
    (
        "ben",
        "Especially then! Say what is happening, play a little music, and never leave people in silence.",
    ),
    ("ana", "What about questions from the floor? I have sat through evenings with none at all."),
    (
        "ben",
        "Take hands in order. Test each line before it goes on air. And keep an eye on the clock.",
    ),
    ("ana", "My clock says you have had more time than I have."),
    ("ben", "Ha! And everybody can see that. Which is rather the point."),
    ("ana", "One more. A machine breaks in the middle of a sentence. What do people hear?"),
    ("ben", "The rest of the sentence."),
    ("ana", "I like that. And afterwards?"),
    (
        "ben",
        "Afterwards, you publish what happened. Who listened, what failed, and for how long. No guessing.",
    ),
    ("ana", "Then let's begin again from the top, for everyone who has only just come in."),
)


def run(*command: str) -> None:
    """Run a tool; its complaint is ours."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def speak(voice: Voice, text: str, folder: Path, number: int) -> bytes:
    """One turn as raw samples, evened out in loudness."""
    said, even = folder / f"{number}.wav", folder / f"{number}.raw"
    run(
        "espeak-ng",
        "-v",
        voice.name,
        "-p",
        str(voice.pitch),
        "-s",
        str(voice.words_per_minute),
        "-w",
        str(said),
        text,
    )
    tidy = (
        "gain",
        "-8",
        "silence",
        "1",
        "0.01",
        "0.3%",
        "reverse",
        "silence",
        "1",
        "0.01",
        "0.3%",
        "reverse",
    )
    evened = (
        "compand",
        "0.01,0.2",
        "6:-60,-54,-30,-18,0,-7",
        "0",
        "-90",
        "0.02",
        "norm",
        str(voice.peak_db),
    )
    room = ("reverb", "8", "60", "20", "fade", "0.01", "reverse", "fade", "0.02", "reverse")
    raw = ("-t", "raw", "-e", "signed", "-b", "16", "-r", str(RATE_HZ), "-c", "1")
    run("sox", "-R", "-D", str(said), *raw, str(even), *tidy, *voice.effects, *evened, *room)
    return even.read_bytes()


def take_turns(folder: Path) -> dict[str, bytes]:
    """The whole conversation, one track for each voice, all of one length."""
    tracks = {name: bytearray() for name in VOICES}
    for number, (speaker, text) in enumerate(CONVERSATION):
        said = speak(VOICES[speaker], text, folder, number)
        last = number == len(CONVERSATION) - 1
        pause_s = PAUSE_AT_THE_END_S if last else PAUSE_BETWEEN_TURNS_S
        pause = bytes(round(pause_s * RATE_HZ) * SAMPLE_BYTES)
        for name, track in tracks.items():
            track += (said if name == speaker else bytes(len(said))) + pause
    frame = RATE_HZ // 50 * SAMPLE_BYTES
    return {name: bytes(track) + bytes(-len(track) % frame) for name, track in tracks.items()}


def encode(track: bytes, folder: Path, target: Path) -> None:
    """Lay the room's tone under a track and write it as Opus, 32 kbit/s, mono."""
    raw, wet = folder / "track.raw", folder / "track.wav"
    raw.write_bytes(track)
    samples = len(track) // SAMPLE_BYTES
    kind = ("-t", "raw", "-e", "signed", "-b", "16", "-r", str(RATE_HZ), "-c", "1")
    tone = f"|sox -R -n -p synth {samples}s pinknoise vol 0.0012"
    run("sox", "-R", "-D", "-m", "-v", "1", *kind, str(raw), "-v", "1", tone, "-b", "16", str(wet))
    opus = ("-c:a", "libopus", "-b:a", "32k", "-vbr", "on", "-application", "voip", "-ac", "1")
    exact = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact")
    run("ffmpeg", "-v", "error", "-y", "-i", str(wet), *opus, *exact, str(target))


def main() -> None:
    """Make both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(__file__).resolve().parent.parent / "src/hustings/voices"
    parser.add_argument("--into", type=Path, default=default)
    into = parser.parse_args().into
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, track in take_turns(folder).items():
            encode(track, folder, into / f"{name}.opus")
            print(f"{into / name}.opus: {len(track) / SAMPLE_BYTES / RATE_HZ:.2f} s")


if __name__ == "__main__":
    main()
