"""Whether the ports of children that are to be started are free, told before anything starts."""

import errno
import fcntl
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import IPv6Address
from pathlib import Path

from hustings.domain.refusals import StartRefused
from hustings.fleet.nodes import Child

SIOCGIFADDR = 0x8915
KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


def must_be_free(children: Iterable[Child]) -> None:
    for child in children:
        for kind, address in child.ports:
            must_be_free_at(kind, address)


def must_be_free_at(kind: str, address: str) -> None:
    """Raises StartRefused where nobody could bind it."""
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, KINDS[kind]) as probe:
        if kind == "tcp":
            # As servers do: connections that are only winding down are in nobody's way.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            why = "is taken by another program" if taken else f"cannot be used: {error.strerror}"
            raise StartRefused(
                f"Port {port}/{kind} on {host} {why}.",
                "Stop what uses it, or choose others with --port.",
            ) from None


def own_addresses() -> set[str]:
    """Those of this machine's interfaces (netdevice(7), /proc/net/if_inet6)."""
    found = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            asked = struct.pack("256s", name.encode())
            with suppress(OSError):
                told = fcntl.ioctl(probe, SIOCGIFADDR, asked)
                found.add(socket.inet_ntoa(told[20:24]))
    with suppress(OSError):
        for line in Path("/proc/net/if_inet6").read_text().splitlines():
            found.add(str(IPv6Address(bytes.fromhex(line.split()[0]))))
    return found
