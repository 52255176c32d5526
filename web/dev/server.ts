/**
 * A stand-in for edge, desk and stream, for looking at the pages: spec/processes.md's addresses, the strict
 * policy the edge sends, and `POST /dev/…` to break things. Never shipped, never in a test of the product.
 */
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { Halls } from "./halls.ts";
import { Stream } from "./stream.ts";

const PORT = 8100;
const pages = new URL("../../src/hustings/pages/", import.meta.url).pathname;
const KINDS: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  css: "text/css",
  svg: "image/svg+xml",
};
const POLICY = `default-src 'self'; connect-src 'self' http://127.0.0.1:${PORT + 1}; media-src blob:; style-src 'self'; script-src 'self'`;
const LISTENERS = 412;

const halls = new Halls();
const stream = new Stream();
const dev = { role: "host" as string | null, seat: "ana" as string | null, desk: true, consented: false };

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    "content-type": status < 400 ? "application/json" : "application/problem+json",
  });
  response.end(JSON.stringify(body));
}

const refuse = (response: ServerResponse, status: number, title: string, next: string) =>
  json(response, status, { status, title, next });

function page(response: ServerResponse, name: string): void {
  try {
    const kind = KINDS[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";
    response.writeHead(200, { "content-type": kind, "content-security-policy": POLICY });
    response.end(readFileSync(pages + name));
  } catch {
    refuse(response, 404, "There is nothing at this address.", "See what is on at the start page.");
  }
}

function state(response: ServerResponse, name: string): unknown {
  const found = halls.halls.get(name);
  if (!found || found.state === "draft")
    return refuse(
      response,
      404,
      "There is no town hall at this address.",
      "Check the link, or see what is on at the start page.",
    );
  const sounding = ["doors", "live", "paused"].includes(found.state);
  json(response, 200, {
    ...{ v: 1, hall: found.hall, title: found.title, state: found.state, since_ms: found.since_ms },
    ...{ starts_at_ms: found.starts_at_ms, now_ms: Date.now() },
    seats: found.seats.map(({ seat, name: called }) => ({ seat, name: called })),
    stream: { port: PORT + 1, origin: null, path: `/h/${name}/live.mp4` },
    ...{ hls: null, newest_part: sounding ? stream.newest : null },
    recorded: found.recorded === true,
    ...{ part_ms: 240, buffer_ms: 1080, window_ms: 600, listeners: LISTENERS },
  });
}

function me(response: ServerResponse, hall: string): unknown {
  if (!dev.role)
    return refuse(
      response,
      401,
      "This needs a pass, and none came with the request.",
      "Open the link you were sent.",
    );
  json(response, 200, {
    person: "p_0",
    hall,
    role: dev.role,
    seat: dev.seat,
    consented: dev.consented,
    expires_at_ms: Date.now() + 3_600_000,
  });
}

function api(response: ServerResponse, method: string, path: string[], body: Record<string, string>): unknown {
  if (!dev.desk)
    return refuse(response, 503, "The desk is not answering just now.", "Try again in a few seconds.");
  const [collection, name, action] = path;
  if (collection === "owner-link") {
    if (body.token === "good") return json(response, 200, {});
    return refuse(
      response,
      410,
      "This owner's link was used already, or never was one.",
      "On the machine itself, run: hustings owner-link",
    );
  }
  if (!name && method === "GET") return json(response, 200, halls.list());
  if (!name) {
    const made = {
      hall: body.hall ?? "new-hall",
      title: body.title ?? "",
      state: "draft",
      starts_at_ms: null,
      since_ms: Date.now(),
      seats: [],
    };
    halls.halls.set(made.hall, made);
    return json(response, 201, halls.show(made, 0));
  }
  const found = halls.halls.get(name);
  if (!found) return refuse(response, 404, "There is no town hall at this address.", "Check the link.");
  if (method === "POST" && action === "seats") {
    const seat = { seat: body.seat ?? "", name: body.name ?? "", person: "p_9" };
    found.seats.push(seat);
    return json(response, 201, {
      ...seat,
      pass: "x.y.z",
      studio_url: `/studio/${name}?pass=eyJhbGciOiJFZERTQSJ9.x.y`,
    });
  }
  if (method === "POST" && action === "consent") {
    dev.consented = true;
    return json(response, 200, { consented: true });
  }
  if (method === "POST" && action === "recording") {
    found.recorded = String(body.on) === "true";
    return json(response, 200, halls.show(found, LISTENERS));
  }
  if (method === "POST" && action && !halls.move(found, action))
    return refuse(response, 409, "This town hall is not in a state for that.", "Look at its state first.");
  if (name === "demo") Object.assign(stream, { state: found.state, since_ms: found.since_ms });
  json(response, 200, halls.show(found, LISTENERS));
}

function control(response: ServerResponse, [what, value]: string[]): void {
  const set: Record<string, () => void> = {
    break: () => stream.break(Number(value)),
    hold: () => stream.hold(Number(value)),
    role: () => Object.assign(dev, { role: value === "none" ? null : value }),
    seat: () => Object.assign(dev, { seat: value === "none" ? null : value }),
    desk: () => Object.assign(dev, { desk: value === "up" }),
  };
  set[what ?? ""]?.();
  json(response, 200, { opened: stream.opened, dev });
}

function route(request: IncomingMessage, response: ServerResponse, text: string): void {
  const [first = "", second = "", third = "", ...rest] =
    (request.url ?? "/").split("?")[0]?.slice(1).split("/") ?? [];
  const method = request.method ?? "GET";
  if (first === "") page(response, "index.html");
  else if (first === "h" && third === "state.json") state(response, second);
  else if (first === "h") page(response, "listen.html");
  else if (first === "studio" && third === "me.json") me(response, second);
  else if (first === "studio") page(response, "studio.html");
  else if (first === "owner") page(response, "owner.html");
  else if (first === "refused") page(response, "refused.html");
  else if (first === "assets") page(response, `assets/${second}`);
  else if (first === "favicon.svg") page(response, first);
  else if (first === "api") api(response, method, [third, ...rest], text ? JSON.parse(text) : {});
  else if (first === "dev") control(response, [second, third]);
  else if (first === "whip")
    refuse(
      response,
      503,
      "The stage is not answering just now.",
      "Try again in a second; your pass stays good.",
    );
  else refuse(response, 404, "There is nothing at this address.", "See what is on at the start page.");
}

export async function main(): Promise<void> {
  createServer((request, response) => {
    const body: Buffer[] = [];
    request.on("data", (chunk) => body.push(chunk));
    request.on("end", () => route(request, response, Buffer.concat(body).toString()));
  }).listen(PORT, "127.0.0.1");
  createServer((request, response) => stream.answer(request, response)).listen(PORT + 1, "127.0.0.1");
  console.log(`http://127.0.0.1:${PORT}/h/demo`);
}
