"""A word goes from a microphone in one Chromium to the loudspeaker of another."""

import os
import subprocess
from contextlib import aclosing
from pathlib import Path

import numpy as np

from tests.e2e.conftest import ROOT, TownHall, chromium, until

SECONDS = float(os.environ.get("E2E_SECONDS", "25"))
RATE_HZ = 48_000
HOP = RATE_HZ // 100
HOLE_DB = -60
GATHER = """
async () => {
  const audio = document.querySelector('#programme');
  const context = new AudioContext({sampleRate: 48000});
  const source = context.createMediaElementSource(audio);
  const code = `registerProcessor('keep', class extends AudioWorkletProcessor {
    process(inputs) {
      const channel = inputs[0][0];
      this.port.postMessage(channel ? channel.slice() : new Float32Array(128));
      return true;
    }});`;
  await context.audioWorklet.addModule('data:text/javascript,' + encodeURIComponent(code));
  const keep = new AudioWorkletNode(context, 'keep');
  window.kept = [];
  keep.port.onmessage = (event) => window.kept.push(event.data);
  source.connect(keep).connect(context.destination);
  await context.resume();
}
"""
TAKE = """
() => {
  const all = new Float32Array(window.kept.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of window.kept) { all.set(one, at); at += one.length; }
  const bytes = new Uint8Array(all.buffer);
  let text = '';
  for (let i = 0; i < bytes.length; i += 32768) {
    text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  }
  return btoa(text);
}
"""


def a_voice(into: Path) -> np.ndarray:
    """A minute and a quarter of speech without long pauses, as a WAV for the fake microphone."""
    source = ROOT / "src" / "hustings" / "voices"
    mix = ["-i", source / "ana.opus", "-i", source / "ben.opus", "-filter_complex", "amix=2"]
    ask = ["ffmpeg", "-v", "error", "-y", *mix, "-ar", "48000", "-ac", "1"]
    subprocess.run([*ask, into], check=True)
    raw = subprocess.run([*ask, "-f", "f32le", "-"], check=True, capture_output=True).stdout
    return np.frombuffer(raw, "<f4")


def envelope(sound: np.ndarray) -> np.ndarray:
    frames = sound[: len(sound) // HOP * HOP].reshape(-1, HOP)
    return np.sqrt((frames.astype(np.float64) ** 2).mean(axis=1))


def best_match(heard: np.ndarray, said: np.ndarray) -> tuple[float, int]:
    """The highest correlation of two envelopes, `said` looping, and where."""
    loop = np.tile(said, 2 + len(heard) // len(said))
    scores = [np.corrcoef(heard, loop[at : at + len(heard)])[0, 1] for at in range(len(said))]
    at = int(np.argmax(scores))
    return float(scores[at]), at


def holes(heard: np.ndarray, said: np.ndarray, at: int) -> list[int]:
    """Frames of 10 ms, two in a row at least, silent in what was heard but not in what was said."""
    loop = np.tile(said, 2 + len(heard) // len(said))[at : at + len(heard)]
    quietest = np.array([loop[max(0, i - 4) : i + 5].min() for i in range(len(loop))])
    floor = 10 ** (HOLE_DB / 20)
    gone = (heard < floor) & (quietest > 30 * floor)
    return [i for i in range(1, len(gone)) if gone[i] and gone[i - 1]]


async def test_what_is_said_into_one_browser_is_heard_in_another_without_a_hole(
    town_hall: TownHall, tmp_path: Path
) -> None:
    said = envelope(a_voice(tmp_path / "voice.wav"))
    seat = town_hall.live_hall("ana")["ana"]
    microphone = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={tmp_path / 'voice.wav'}",
    ]

    async with aclosing(chromium(*microphone)) as speaking, aclosing(chromium()) as listening:
        studio = await (await anext(speaking)).new_page()
        await studio.goto(seat["studio_url"])
        assert "pass=" not in studio.url
        await take_seat(studio)
        page = await (await anext(listening)).new_page(bypass_csp=True)
        await page.goto(f"{town_hall.page}/h/eve")
        await page.get_by_role("button", name="Listen").click()
        playing = "document.querySelector('#programme').currentTime > 0"
        await until(lambda: page.evaluate(playing), "sound")
        await page.evaluate(GATHER)
        await page.wait_for_timeout(SECONDS * 1000)
        import base64

        heard = np.frombuffer(base64.b64decode(await page.evaluate(TAKE)), "<f4")

    heard = envelope(heard[RATE_HZ:])
    score, at = best_match(heard, said)
    print(f"correlation {score:.3f}, {len(heard) / 100:.0f} s, holes {holes(heard, said, at)}")
    assert score >= 0.9
    assert holes(heard, said, at) == []


async def take_seat(studio) -> None:
    await studio.get_by_role("button", name="Take your seat").click()
    await studio.get_by_text("The room hears you").first.wait_for(timeout=20_000)
