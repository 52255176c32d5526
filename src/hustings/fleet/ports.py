"""Whether the ports of children that are to be started are free, told before anything starts."""

import errno
import socket
from collections.abc import Iterable

from hustings.domain.refusals import StartRefused
from hustings.fleet.nodes import Child

KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


def must_be_free(children: Iterable[Child]) -> None:
    for child in children:
        for kind, address in child.ports:
            _must_be_free(kind, address)


def _must_be_free(kind: str, address: str) -> None:
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
