/** Does the player really play? Counts what an audio element did while the stream was broken on purpose. */
import type { Page } from "playwright-core";
import { launch, open, tell } from "./browser.ts";

interface Ear {
  at: number;
  ranges: number[][];
  state: string;
  delay_ms: number;
  rate: number;
}

const ear = (page: Page): Promise<Ear> =>
  page.evaluate(() => {
    const audio = document.getElementById("programme") as HTMLAudioElement;
    const { buffered } = audio;
    const ranges = Array.from({ length: buffered.length }, (_, i) => [buffered.start(i), buffered.end(i)]);
    const { state, delayMs } = audio.dataset;
    return {
      at: audio.currentTime,
      ranges,
      state: state ?? "",
      delay_ms: Number(delayMs),
      rate: audio.playbackRate,
    };
  });

async function watch(page: Page, name: string, seconds: number): Promise<void> {
  const before = await ear(page);
  await page.waitForTimeout(seconds * 1000);
  const now = await ear(page);
  const played = (now.at - before.at).toFixed(2);
  const ranges = now.ranges.map(([from, to]) => `${((to ?? 0) - (from ?? 0)).toFixed(2)}s`).join(" + ");
  console.log(
    `${name}: played ${played} of ${seconds} s, ${now.state}, delay ${now.delay_ms} ms, rate ${now.rate}, buffered ${ranges}`,
  );
}

export async function main(): Promise<void> {
  const browser = await launch();
  const page = await open(browser, "/h/demo");
  const waits = await page.evaluate(() => {
    document.getElementById("programme")?.addEventListener("waiting", () => document.body.append("·w·"));
  });
  void waits;
  await page.getByRole("button", { name: "Listen" }).click();
  await page.waitForSelector('#programme[data-state="playing"]', { state: "attached" });
  await watch(page, "start", 5);
  await tell("break/0");
  await watch(page, "broken once", 4);
  await tell("break/700");
  await watch(page, "away for 0.7 s", 5);
  await tell("hold/3500");
  await watch(page, "silent for 3.5 s", 4);
  await watch(page, "after it", 6);
  await tell("break/12000");
  await watch(page, "away for 12 s", 12);
  await watch(page, "after it", 6);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.waitForTimeout(3000);
  await page.getByRole("button", { name: "Listen" }).click();
  await page.waitForTimeout(1500);
  await watch(page, "paused and back", 4);
  const hidden = await page.context().newPage();
  await hidden.goto("about:blank");
  await hidden.bringToFront();
  await watch(page, "in the background", 6);
  console.log(((await tell("none")).opened as string[]).slice(-14).join(" "));
  await browser.close();
}
