"""MediaMTX serving LL-HLS: parts of AAC, players whose reloads wait for what is next."""

import argparse
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from benches.peers import bench, machine
from benches.peers.ears.crowd import over_http
from benches.peers.ears.hls import Player, ask
from benches.peers.ears.loop import Order

INSTALL = "Take it from its releases (mediamtx.org) and put it on the PATH, or into " + str(
    machine.BUILT
)
PLAYLIST = "/live/index.m3u8"
CONFIG = """# A line a session would be a line a listener.
logLevel: error
# Whatever is not measured is off.
rtmp: false
webrtc: false
srt: false
moq: false
rtsp: true
rtspAddress: 127.0.0.1:{rtsp}
rtspTransports: [tcp]
hls: true
hlsAddress: 127.0.0.1:{hls}
# Segments are made before anyone asks: who comes first waits no longer than others.
hlsAlwaysRemux: true
hlsVariant: {variant}
hlsSegmentCount: 7
hlsSegmentDuration: {segment_ms}ms
hlsPartDuration: {part_ms}ms
paths:
  live:
"""


@contextmanager
def start(given: argparse.Namespace, most: int) -> Iterator[bench.Peer]:
    program = machine.find("mediamtx", "MediaMTX", INSTALL)
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    rtsp, hls = machine.free_port(), machine.free_port()
    with machine.folder() as folder:
        config, log = folder / "mediamtx.yml", folder / "said.log"
        config.write_text(CONFIG.format(rtsp=rtsp, hls=hls, **vars(given)))
        with machine.running([program, str(config)], log) as process:
            machine.wait_for("MediaMTX", partial(machine.accepts, rtsp), log)
            with machine.fed(_source(rtsp, given), folder / "ffmpeg.log"):
                machine.wait_for("Sound at MediaMTX", partial(_is_heard, hls), log)
                make = partial(Player, path=PLAYLIST)
                yield bench.Peer(
                    name="mediamtx",
                    version=version.strip(),
                    settings={
                        "variant": given.variant,
                        "segment_ms": given.segment_ms,
                        "part_ms": given.part_ms,
                        "kbits": given.kbits,
                    },
                    pids=(process.pid,),
                    crowd=lambda count, per_s: over_http(
                        Order(hls, ask(PLAYLIST), make, count, per_s)
                    ),
                )


def _is_heard(port: int) -> bool:
    """There is a playlist, once so many segments are there as it is made of."""
    return machine.answers(port, f"{PLAYLIST}?cookieCheck=1", b"#EXTM3U")


def _source(port: int, given: argparse.Namespace) -> list[str]:
    sound = ["-ar", "48000", "-c:a", "aac", "-b:a", f"{given.kbits}k"]
    return [*sound, "-f", "rtsp", "-rtsp_transport", "tcp", f"rtsp://127.0.0.1:{port}/live"]


def main() -> None:
    parser = bench.options(__doc__ or "", 500)
    parser.add_argument("--variant", default="lowLatency", choices=["lowLatency", "fmp4", "mpegts"])
    parser.add_argument("--segment-ms", type=int, default=1_000, help="its own: 1,000")
    parser.add_argument("--part-ms", type=int, default=200, help="its own: 200")
    parser.add_argument("--kbits", type=int, default=64)
    bench.main(parser, start)


if __name__ == "__main__":
    main()
