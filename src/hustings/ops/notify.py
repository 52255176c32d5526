"""Tells the service manager how we stand (sd_notify(3)); where there is none, nobody."""

import socket


def notify(address: str, state: str) -> None:
    """`address`: of $NOTIFY_SOCKET, empty where nobody asked; `state`: as in READY=1."""
    if not address:
        return
    # An abstract address begins with a zero byte, which the variable writes as "@".
    to = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        try:
            out.sendto(state.encode(), to)
        except OSError:
            return  # Whoever asked is gone; the town hall goes on.
