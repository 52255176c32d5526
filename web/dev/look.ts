/** Pictures of every page in every state, phone and desk, light and dark, into dev/out; and axe's findings. */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { DESK, launch, PHONE, tell } from "./browser.ts";
import { stageInPage } from "./stage.ts";

const out = new URL("./out/", import.meta.url).pathname;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Shot {
  name: string;
  address: string;
  role?: string;
  seat?: string;
  act?: (page: Page) => Promise<unknown>;
}

const press = (name: string | RegExp) => (page: Page) => page.getByRole("button", { name }).first().click();

async function listen(page: Page): Promise<void> {
  await press("Listen")(page);
  await page.waitForSelector('#programme[data-state="playing"]', { state: "attached" });
  await page.waitForTimeout(1500);
}

async function interrupted(page: Page): Promise<void> {
  await listen(page);
  await tell("break/4000");
  await page.waitForTimeout(2500);
}

async function invite(page: Page): Promise<void> {
  await page.getByLabel("Name of a speaker").fill("Renée O'Neil");
  await press("Add a seat")(page);
  await page.waitForTimeout(800);
  await tell("desk/down");
  await page.waitForTimeout(1500);
  await tell("desk/up");
}

async function expired(page: Page): Promise<void> {
  await page.evaluate(() => Object.assign((window as never as { stage: object }).stage, { status: 401 }));
  await press("Take your seat")(page);
  await page.waitForTimeout(1000);
}

async function muted(page: Page): Promise<void> {
  await sit(true, true, "live")(page);
  await page.getByRole("switch").click();
}

const sit = (on_air: boolean, heard: boolean, state: string) => async (page: Page) => {
  await page.evaluate((says) => Object.assign((window as never as { stage: object }).stage, says), {
    on_air,
    heard,
    state,
  });
  await press("Take your seat")(page);
  await page.waitForTimeout(2500);
};

const SHOTS: Shot[] = [
  { name: "listen-live", address: "/h/demo" },
  { name: "listen-playing", address: "/h/demo", act: listen },
  { name: "listen-reconnecting", address: "/h/demo", act: interrupted },
  { name: "listen-announced", address: "/h/budget" },
  { name: "listen-announced-far", address: "/h/soon", act: press(/Start by itself/) },
  { name: "listen-late", address: "/h/late" },
  { name: "listen-doors", address: "/h/doors" },
  { name: "listen-paused", address: "/h/paused" },
  { name: "listen-ended", address: "/h/ended" },
  { name: "listen-unknown", address: "/h/nowhere" },
  { name: "landing", address: "/" },
  { name: "owner", address: "/owner/bad", act: press("Enter as owner") },
  { name: "refused", address: "/refused" },
  { name: "studio-none", address: "/studio/demo", role: "none" },
  { name: "studio-idle", address: "/studio/demo", role: "speaker" },
  { name: "studio-air", address: "/studio/demo", role: "speaker", act: sit(true, true, "live") },
  { name: "studio-ready", address: "/studio/doors", role: "speaker", act: sit(false, true, "doors") },
  { name: "studio-silent", address: "/studio/demo", role: "speaker", act: sit(false, false, "live") },
  { name: "studio-muted", address: "/studio/demo", role: "speaker", act: muted },
  { name: "studio-expired", address: "/studio/demo", role: "speaker", act: expired },
  { name: "studio-invite", address: "/studio/demo", role: "producer", seat: "none", act: invite },
  { name: "studio-host", address: "/studio/demo", role: "host", act: press(/^End/) },
  { name: "studio-producer", address: "/studio/draft", role: "producer", seat: "none" },
  { name: "studio-owner", address: "/studio", role: "owner" },
];

async function shoot(browser: Browser, shot: Shot, scheme: "light" | "dark", wide: boolean): Promise<void> {
  await tell(`role/${shot.role ?? "none"}`);
  await tell(`seat/${shot.seat ?? "ana"}`);
  const context = await browser.newContext({ viewport: wide ? DESK : PHONE, colorScheme: scheme });
  const page = await context.newPage();
  page.on("pageerror", (error) => console.log("ERROR", shot.name, error.message));
  page.on(
    "console",
    (said) => said.text().includes("Content Security") && console.log("CSP", shot.name, said.text()),
  );
  await stageInPage(page, { state: "live", on_air: true, heard: true });
  await page.goto(`http://127.0.0.1:8100${shot.address}`);
  await page.waitForTimeout(500);
  await shot.act?.(page);
  await page.waitForTimeout(400);
  await page.screenshot({ path: `${out}${shot.name}-${wide ? "desk" : "phone"}-${scheme}.png` });
  await page.evaluate(axe);
  const found = await page.evaluate("axe.run()");
  const { violations } = found as {
    violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  for (const { id, nodes } of violations)
    console.log("AXE", shot.name, scheme, id, nodes[0]?.html.slice(0, 160), nodes[0]?.failureSummary);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  if (wider) console.log("WIDER THAN THE SCREEN", shot.name);
  await context.close();
}

export async function main([only = ""]: string[]): Promise<void> {
  mkdirSync(out, { recursive: true });
  const browser = await launch();
  for (const shot of SHOTS.filter(({ name }) => name.includes(only))) {
    await shoot(browser, shot, "light", false);
    await shoot(browser, shot, "dark", true);
  }
  await browser.close();
}
