import { expect, test } from "vitest";
import type { Abilities, Route } from "./table.ts";
import { Chooser, routesFor } from "./table.ts";

const NONE: Abilities = {
  mse_opus: false,
  managed_opus: false,
  source_aac: false,
  managed: false,
  mse: false,
  hls_claimed: false,
};

const BROWSERS: [string, Partial<Abilities>, Route[]][] = [
  [
    "Chromium and Edge, which claim an HLS of their own that they play badly",
    { mse_opus: true, source_aac: true, mse: true, hls_claimed: true },
    ["stream", "hls-js"],
  ],
  ["Firefox", { mse_opus: true, source_aac: true, mse: true }, ["stream", "hls-js"]],
  ["Chromium without licensed codecs", { mse_opus: true, mse: true }, ["stream"]],
  [
    "Safari on a Mac",
    { mse_opus: true, managed_opus: true, source_aac: true, managed: true, mse: true, hls_claimed: true },
    ["stream", "hls-js", "native-hls"],
  ],
  [
    "Safari on an iPhone that has ManagedMediaSource",
    { managed_opus: true, source_aac: true, managed: true, hls_claimed: true },
    ["managed-stream", "hls-js", "native-hls"],
  ],
  [
    "Safari on an iPhone whose ManagedMediaSource takes no Opus",
    { source_aac: true, managed: true, hls_claimed: true },
    ["hls-js", "native-hls"],
  ],
  ["an older iPhone", { hls_claimed: true }, ["native-hls"]],
  ["a television that takes AAC alone", { source_aac: true, mse: true }, ["hls-js"]],
  ["a browser that plays nothing of ours", { mse: true }, []],
];

test.each(BROWSERS)("%s", (_, has, routes) => {
  expect(routesFor({ ...NONE, ...has }, true)).toEqual(routes);
});

test("without HLS at the town hall only streams are left", () => {
  for (const [, has, routes] of BROWSERS)
    expect(routesFor({ ...NONE, ...has }, false)).toEqual(routes.filter((route) => route.endsWith("stream")));
});

function chooser(...routes: Route[]): { core: Chooser; taken: () => Route[] } {
  const core = new Chooser();
  core.handle({ kind: "routes", routes }, 0);
  const taken = () => {
    const all: Route[] = [];
    for (let route = core.poll(); route; route = core.poll()) all.push(route);
    return all;
  };
  return { core, taken };
}

test("two seconds without a part: the next way, and back to the first when all were silent", () => {
  const { core, taken } = chooser("stream", "hls-js");

  core.handle({ kind: "listen" }, 0);
  core.handle({ kind: "tick" }, 1999);
  expect(taken()).toEqual(["stream"]);
  core.handle({ kind: "tick" }, 2000);
  expect(taken()).toEqual(["hls-js"]);
  core.handle({ kind: "tick" }, 8000);
  expect(taken()).toEqual([]);
  core.handle({ kind: "tick" }, 9000);
  expect(taken()).toEqual(["stream"]);
});

test("a way that has sounded is not left when it breaks: it mends itself", () => {
  const { core, taken } = chooser("stream", "hls-js");

  core.handle({ kind: "listen" }, 0);
  core.handle({ kind: "playing" }, 300);
  core.handle({ kind: "failed" }, 60_000);
  core.handle({ kind: "tick" }, 70_000);

  expect(taken()).toEqual(["stream"]);
  expect(core.deadline()).toBeNull();
});

test("a way that fails at once is not waited for", () => {
  const { core, taken } = chooser("hls-js", "native-hls");

  core.handle({ kind: "listen" }, 0);
  core.handle({ kind: "failed" }, 100);

  expect(taken()).toEqual(["hls-js", "native-hls"]);
});

test("HLS that comes late is offered to whoever waits, and does not disturb who listens", () => {
  const { core, taken } = chooser("stream");

  core.handle({ kind: "listen" }, 0);
  core.handle({ kind: "playing" }, 300);
  core.handle({ kind: "routes", routes: ["stream", "hls-js"] }, 2000);
  core.handle({ kind: "tick" }, 9000);

  expect(taken()).toEqual(["stream"]);
});

test("the only way is waited for, however long", () => {
  const { core, taken } = chooser("stream");

  core.handle({ kind: "listen" }, 0);
  for (let now = 0; now < 60_000; now += 500) core.handle({ kind: "tick" }, now);

  expect(taken()).toEqual(["stream"]);
});

test("whoever had no way takes the first that is offered", () => {
  const { core, taken } = chooser();

  core.handle({ kind: "listen" }, 0);
  core.handle({ kind: "routes", routes: ["native-hls"] }, 2000);

  expect(taken()).toEqual(["native-hls"]);
});

test("resting forgets what was silent", () => {
  const { core, taken } = chooser("stream", "hls-js");

  core.handle({ kind: "listen" }, 0);
  core.handle({ kind: "tick" }, 2000);
  core.handle({ kind: "rest" }, 2500);
  core.handle({ kind: "tick" }, 30_000);
  core.handle({ kind: "listen" }, 40_000);

  expect(taken()).toEqual(["stream", "hls-js", "stream"]);
});

test("a way that stays broken is left after all: the network may have become another", () => {
  const { core, taken } = chooser("stream", "hls-js");

  core.handle({ kind: "listen" }, 0);
  core.handle({ kind: "playing" }, 300);
  core.handle({ kind: "stalled" }, 60_000);
  core.handle({ kind: "tick" }, 69_999);
  expect(taken()).toEqual(["stream"]);
  core.handle({ kind: "tick" }, 70_000);
  expect(taken()).toEqual(["hls-js"]);
});

test("a way that breaks three times in a minute is left for one with more in hand", () => {
  const { core, taken } = chooser("stream", "hls-js");

  core.handle({ kind: "listen" }, 0);
  for (const at of [10_000, 80_000, 100_000]) {
    core.handle({ kind: "playing" }, at - 1000);
    core.handle({ kind: "stalled" }, at);
  }
  expect(taken()).toEqual(["stream"]);
  core.handle({ kind: "playing" }, 101_000);
  core.handle({ kind: "stalled" }, 102_000);
  expect(taken()).toEqual(["hls-js"]);
});

test("where there is no other way, breaks are borne", () => {
  const { core, taken } = chooser("stream", "hls-js");
  core.handle({ kind: "routes", routes: ["stream"] }, 0);

  core.handle({ kind: "listen" }, 0);
  for (let at = 1000; at < 20_000; at += 1000) {
    core.handle({ kind: "playing" }, at);
    core.handle({ kind: "stalled" }, at + 500);
  }

  expect(taken()).toEqual(["stream"]);
});

test("while no parts are made nobody is called silent", () => {
  const { core, taken } = chooser("stream", "hls-js");

  core.handle({ kind: "flow", flowing: false }, 0);
  core.handle({ kind: "listen" }, 0);
  core.handle({ kind: "tick" }, 60_000);
  expect(taken()).toEqual(["stream"]);
  core.handle({ kind: "flow", flowing: true }, 60_000);
  core.handle({ kind: "tick" }, 62_000);
  expect(taken()).toEqual(["hls-js"]);
});
