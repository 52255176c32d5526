"""A word goes from a microphone in one Chromium to the loudspeaker of another."""

import os
import signal
from contextlib import aclosing
from pathlib import Path

import numpy as np

from tests.e2e.conftest import TownHall, chromium, until
from tests.e2e.people import crowd, last_line
from tests.e2e.sound import RATE_HZ, a_voice, as_said, envelope, heard_in

SECONDS = float(os.environ.get("E2E_SECONDS", "25"))
FAKE_MICROPHONE = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
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


async def test_what_is_said_into_one_browser_is_heard_in_another_without_a_hole(
    town_hall: TownHall, tmp_path: Path
) -> None:
    said = envelope(a_voice(tmp_path / "voice.wav"))
    seat = town_hall.live_hall("ana")["ana"]
    file = f"--use-file-for-fake-audio-capture={tmp_path / 'voice.wav'}"

    async with (
        aclosing(chromium(*FAKE_MICROPHONE, file)) as speaking,
        aclosing(chromium()) as listening,
    ):
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
    score, gone = as_said(heard, said)
    print(f"correlation {score:.3f}, {len(heard) / 100:.0f} s, holes {gone}")
    assert score >= 0.9
    assert gone == []


async def test_a_speakers_page_is_heard_through_the_death_of_either_stage(
    town_hall: TownHall, tmp_path: Path
) -> None:
    said = envelope(a_voice(tmp_path / "voice.wav"))
    seat = town_hall.live_hall("ana")["ana"]
    file = f"--use-file-for-fake-audio-capture={tmp_path / 'voice.wav'}"
    stream = f"http://127.0.0.1:{town_hall.port + 1}/h/eve/live.mp4"

    async with aclosing(chromium(*FAKE_MICROPHONE, file)) as speaking:
        studio = await (await anext(speaking)).new_page()
        await studio.goto(seat["studio_url"])
        await take_seat(studio)
        await studio.wait_for_timeout(4_000)
        ears = {"count": 3, "stream": stream, "save": str(tmp_path / "heard.mp4")}
        listening = await crowd(tmp_path, "listen", {"listeners": ears})
        truths = []
        for name in ("stage-1", "stage-2"):
            os.kill(town_hall.pid(name), signal.SIGKILL)
            for _ in range(28):
                await studio.wait_for_timeout(500)
                truths.append(await studio.locator(".truth__headline").inner_text())
        listening.terminate()
        heard = (await last_line(listening))["listeners"]

    sound = heard_in(tmp_path / "heard.mp4")
    score, gone = as_said(sound, said)
    print(f"correlation {score:.3f}, holes {gone}, {heard}")
    assert set(truths) == {"The room hears you"}
    assert (heard["missed"], heard["reconnects"]) == (0, 0)
    assert score >= 0.9
    assert gone == []


async def take_seat(studio) -> None:
    await studio.get_by_role("button", name="Take your seat").click()
    await studio.get_by_text("The room hears you").first.wait_for(timeout=20_000)
