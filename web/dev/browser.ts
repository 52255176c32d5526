/** A browser for looking at the pages with sound, as a person would have it. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { chromium } from "playwright-core";

export const HOME = "http://127.0.0.1:8100";
export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 800 };

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream",
];

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--headless=new", ...FLAGS] });

export async function open(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: PHONE, ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => console.log("PAGE ERROR", address, error.message));
  page.on("console", (said) => {
    if (["error", "warning"].includes(said.type())) console.log(said.type(), address, said.text());
  });
  await page.goto(HOME + address);
  return page;
}

export const tell = async (what: string): Promise<Record<string, unknown>> =>
  (await fetch(`${HOME}/dev/${what}`, { method: "POST" })).json();
