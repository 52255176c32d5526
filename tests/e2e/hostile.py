"""Datagrams that wish the stage harm: garbage, nearly valid packets, replays.

They come by a seed, from many ports and, where the system lets us (`MAY_SPOOF`), from those of the
speakers.
"""

import os
import random
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path

MAY_SPOOF = os.geteuid() == 0
"""Raw sockets, to send from foreign ports and to listen in, are root's."""

STUN_MAGIC = b"\x21\x12\xa4\x42"
FIRST_BYTES = [0, 1, 2, 3, 15, 19, 20, 22, 23, 63, 64, 79, 127, 128, 144, 191, 192, 255]
SIZES = [0, 1, 2, 3, 4, 11, 12, 19, 20, 21, 47, 64, 128, 300, 1200, 1500, 9000]
SOURCES = 60
BATCH_S = 0.01


def stun(chance: random.Random) -> bytes:
    """A binding request (or answer, or worse) that parses; its integrity is made up."""
    kind = chance.choice([0x0001, 0x0001, 0x0101, 0x0111, 0x0011, 0x0003, 0x3FFF])
    name = f"{chance.randbytes(2).hex()}:{chance.randbytes(2).hex()}".encode()
    attributes = [
        (0x0006, name),
        (0x0024, chance.randbytes(4)),
        (0x8029 if chance.random() < 0.5 else 0x802A, chance.randbytes(8)),
        (0x0025, b""),
        (0x0020, b"\x00\x01" + chance.randbytes(6)),
        (chance.randrange(1 << 16), chance.randbytes(chance.choice([0, 4, 700, 8000]))),
        (0x0008, chance.randbytes(20)),
        (0x8028, chance.randbytes(4)),
    ]
    body = b"".join(
        struct.pack("!HH", number, len(value)) + value + bytes(-len(value) % 4)
        for number, value in attributes
        if chance.random() < 0.85
    )
    length = chance.choice([len(body)] * 6 + [0, 3, len(body) + 4, 0xFFFC])
    return struct.pack("!HH", kind, length) + STUN_MAGIC + chance.randbytes(12) + body


def dtls(chance: random.Random) -> bytes:
    """A record: alerts in the clear, client hellos, application data of a later epoch."""
    hello = b"\xfe\xfd" + chance.randbytes(32) + b"\x00\x00\x00\x04\xc0\x2b\xc0\x2f\x01\x00"
    handshake = struct.pack(
        "!B3sH3s3s", 1, len(hello).to_bytes(3), 0, bytes(3), len(hello).to_bytes(3)
    )
    kind, body = chance.choice(
        [
            (21, b"\x01\x00"),
            (21, b"\x02\x28"),
            (22, handshake + hello),
            (20, b"\x01"),
            (23, chance.randbytes(60)),
            (chance.randrange(20, 64), chance.randbytes(chance.randrange(200))),
        ]
    )
    epoch, number = chance.choice([0, 0, 1, 2, 0xFFFF]), chance.randbytes(6)
    length = chance.choice([len(body)] * 4 + [0, len(body) + 1, 0xFFFF])
    return struct.pack("!B2sH6sH", kind, b"\xfe\xfd", epoch, number, length) + body


def rtp(chance: random.Random) -> bytes:
    """RTP with header extensions and padding that may lie about their lengths."""
    first = (
        0x80 | (chance.random() < 0.4) << 5 | (chance.random() < 0.4) << 4 | chance.randrange(16)
    )
    head = struct.pack(
        "!BBH", first, chance.choice([111, 63, 96, 127, 255]), chance.randrange(1 << 16)
    )
    extension = struct.pack("!HH", 0xBEDE, chance.choice([0, 1, 2, 0xFFFF])) + chance.randbytes(8)
    return (
        head + chance.randbytes(8) + extension + chance.randbytes(chance.choice([0, 10, 80, 1100]))
    )


def rtcp(chance: random.Random) -> bytes:
    """A compound of reports, BYEs and feedback whose counts and lengths may lie."""
    packets = []
    for _ in range(chance.randrange(1, 6)):
        body = chance.randbytes(4 * chance.randrange(12))
        words = chance.choice([len(body) // 4] * 4 + [0, 0xFFFF])
        first = 0x80 | chance.randrange(32)
        packets.append(struct.pack("!BBH", first, chance.randrange(192, 224), words) + body)
    return b"".join(packets)


def garbage(chance: random.Random) -> bytes:
    size = chance.choice(SIZES)
    first = chance.choice(
        [0, 1, 2, 3, 15, 19, 20, 22, 23, 63, 64, 79, 127, 128, 144, 191, 192, 255]
    )
    return bytes([first][:size]) + chance.randbytes(max(0, size - 1))


def mutated(packet: bytes, chance: random.Random) -> bytes:
    """The packet cut short, with bits turned, or with a long tail."""
    changed = bytearray(packet)
    for _ in range(chance.randrange(1, 5)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    how = chance.randrange(3)
    return bytes(
        [changed[: chance.randrange(len(changed) + 1)], changed, changed + bytes(999)][how]
    )


def arsenal(chance: random.Random, count: int) -> list[bytes]:
    makers: list[Callable[[random.Random], bytes]] = [garbage, stun, dtls, rtp, rtcp]
    packets = [chance.choice(makers)(chance) for _ in range(count)]
    return [mutated(p, chance) if chance.random() < 0.4 else p for p in packets]


def ports_of(pid: int) -> list[int]:
    """The UDP ports that a process has open."""
    links = [link.readlink().name for link in Path(f"/proc/{pid}/fd").iterdir()]
    own = {name[8:-1] for name in links if name.startswith("socket:[")}
    rows = [row.split() for row in Path("/proc/net/udp").read_text().splitlines()[1:]]
    return [int(row[1].split(":")[1], 16) for row in rows if row[9] in own]


def overheard(port: int, count: int) -> list[tuple[int, bytes]]:
    """Real datagrams on their way to a port of this machine: where from, and what."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP) as ear:
        ear.settimeout(5)
        while len(found) < count:
            packet = ear.recv(65_536)[20:]
            source, destination = struct.unpack("!HH", packet[:4])
            if destination == port:
                found.append((source, packet[8:]))
    return found


class Spray:
    """Sends from many ports of its own and, where a source is named, from that one."""

    def __init__(self, port: int, seed: int) -> None:
        self.port, self.chance, self.sent = port, random.Random(seed), 0
        self.sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(SOURCES)]
        if MAY_SPOOF:
            raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
            self.sockets.append(raw)

    def plan(self, spoofed: list[int], real: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        """Pairs of a source port (0: any of our own) and a datagram."""
        own = [(0, packet) for packet in arsenal(self.chance, 3_000)]
        if not MAY_SPOOF:
            return own
        from_speakers = [(self.chance.choice(spoofed), p) for p in arsenal(self.chance, 2_000)]
        bent = [(source, mutated(packet, self.chance)) for source, packet in real * 2]
        planned = own + from_speakers + real + bent
        self.chance.shuffle(planned)
        return planned

    def run(self, planned: list[tuple[int, bytes]], per_s: int, seconds: float) -> None:
        started = time.monotonic()
        while (now := time.monotonic() - started) < seconds:
            while self.sent < now * per_s:
                self._send(*planned[self.sent % len(planned)])
                self.sent += 1
            time.sleep(BATCH_S)

    def _send(self, source: int, packet: bytes) -> None:
        if source == 0:
            self.sockets[self.chance.randrange(SOURCES)].sendto(packet, ("127.0.0.1", self.port))
            return
        head = struct.pack("!HHHH", source, self.port, 8 + len(packet), 0)
        self.sockets[-1].sendto(head + packet, ("127.0.0.1", 0))

    def close(self) -> None:
        for each in self.sockets:
            each.close()
