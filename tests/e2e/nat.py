"""A server behind 1:1 address translation, and people elsewhere: network namespaces and nftables.

people (10.88.0.2) ── router (203.0.113.7 outside, 10.77.0.1 inside) ── server (10.77.0.2)
"""

import os
import shutil
import subprocess
from types import TracebackType

OUTSIDE = "203.0.113.7"
NEEDED = ("ip", "nft")


def is_possible() -> bool:
    return os.geteuid() == 0 and all(shutil.which(name) for name in NEEDED)


class Nat:
    """Three namespaces; `within` begins a command in one of them."""

    def __init__(self, name: str) -> None:
        self._spaces = {place: f"{name}-{place}" for place in ("people", "router", "server")}

    def __enter__(self) -> "Nat":
        for space in self._spaces.values():
            _run(f"ip netns add {space}")
            _run(f"ip -n {space} link set lo up")
        self._join("people", "10.88.0.2/24", "10.88.0.1/24")
        self._join("server", "10.77.0.2/24", "10.77.0.1/24")
        self.run("router", f"ip addr add {OUTSIDE}/32 dev lo")
        self.run("router", "sysctl -qw net.ipv4.ip_forward=1")
        self.run("people", "ip route add default via 10.88.0.1")
        self.run("server", "ip route add default via 10.77.0.1")
        self.rules("")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for space in self._spaces.values():
            pids = _run(f"ip netns pids {space}").split()
            if pids:
                subprocess.run(["kill", "-9", *pids], check=False)
            _run(f"ip netns del {space}")

    def within(self, place: str) -> list[str]:
        return ["ip", "netns", "exec", self._spaces[place]]

    def run(self, place: str, command: str) -> str:
        return _run(" ".join(self.within(place)) + f" {command}")

    def rules(self, refused: str) -> None:
        """Translate addresses; and refuse what nftables' words in `refused` match."""
        drop = f"{refused} drop;" if refused else ""
        table = f"""
            flush ruleset
            table ip nat {{
              chain in {{
                type nat hook prerouting priority -100;
                ip daddr {OUTSIDE} dnat to 10.77.0.2;
              }}
              chain out {{
                type nat hook postrouting priority 100;
                ip saddr 10.77.0.2 snat to {OUTSIDE};
              }}
              chain pass {{
                type filter hook forward priority 0;
                {drop}
              }}
            }}"""
        subprocess.run(
            [*self.within("router"), "nft", "-f", "-"], input=table, text=True, check=True
        )

    def straight(self, networks: list[str], addresses: list[str]) -> None:
        """No translation, and nothing remembered of connections: the people have these addresses,
        of these networks."""
        self.run("router", "nft flush ruleset")
        for network in networks:
            self.run("router", f"ip route add {network} via 10.88.0.2")
        added = "".join(f"addr add {address}/32 dev lo\n" for address in addresses)
        ask = ["ip", "-n", self._spaces["people"], "-batch", "-"]
        subprocess.run(ask, input=added, text=True, check=True)

    def _join(self, place: str, own: str, router: str) -> None:
        """A cable between `place` and the router."""
        end, other = f"v{os.getpid() % 10_000}{place[0]}", f"v{os.getpid() % 10_000}{place[0]}r"
        space, middle = self._spaces[place], self._spaces["router"]
        _run(f"ip link add {end} netns {space} type veth peer name {other} netns {middle}")
        for at, device, address in ((space, end, own), (middle, other, router)):
            _run(f"ip -n {at} addr add {address} dev {device}")
            _run(f"ip -n {at} link set {device} up")


def _run(command: str) -> str:
    done = subprocess.run(command.split(), capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout
