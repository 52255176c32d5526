"""Stands in for hustings-media where only the control plane is on trial: no sound, the same words.

A stage and an edge that say hello, keep their orders in a file, and report every 200 ms; the edge
passes /api and /readyz to the desk. Run: python stand_in.py stage|edge ORDER
"""

import asyncio
import json
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import nats

ROLE, ORDER = sys.argv[1], json.loads(Path(sys.argv[2]).read_text())
NODE, DATA = ORDER["node"], Path(ORDER["data"])


class Door(BaseHTTPRequestHandler):
    def do_GET(self):
        orders = json.loads((DATA / "orders.json").read_text())
        length = int(self.headers.get("content-length", 0))
        request = urllib.request.Request(
            f"http://{orders['desk']}{self.path}",
            self.rfile.read(length) or None,
            dict(self.headers),
            method=self.command,
        )
        try:
            with urllib.request.urlopen(request) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        except OSError:
            status, body = 503, b"{}"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_DELETE = do_GET

    def log_message(self, *_):
        pass


def open_doors():
    for name in ("http", "page", "stream"):
        if name in ORDER:
            host, _, port = ORDER[name].rpartition(":")
            try:
                server = ThreadingHTTPServer((host, int(port)), Door)
            except OSError:
                print(f"Port {port} is taken.", file=sys.stderr)
                sys.exit(2)
            Thread(target=server.serve_forever, daemon=True).start()


async def main():
    bus = await nats.connect(
        ORDER["nats"]["url"],
        token=ORDER["nats"]["token"],
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.1,
        error_cb=quiet,
    )
    await bus.subscribe(f"hustings.orders.{NODE}", cb=keep)
    await bus.publish(f"hustings.hello.{NODE}", json.dumps({"node": NODE, "role": ROLE}).encode())
    seq = 0
    while True:
        seq += 1
        told = {"v": 1, "node": NODE, "role": ROLE, "boot": "b", "seq": seq, "happenings": []}
        if bus.is_connected:
            await bus.publish(f"hustings.happenings.{NODE}", json.dumps(told).encode())
        await asyncio.sleep(0.2)


async def keep(message):
    (DATA / "orders.new").write_bytes(message.data)
    (DATA / "orders.new").replace(DATA / "orders.json")


async def quiet(_):
    pass


open_doors()
for _ in range(100):
    try:
        asyncio.run(main())
    except nats.errors.NoServersError:
        continue
