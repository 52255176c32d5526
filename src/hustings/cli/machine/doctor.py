"""`hustings doctor`: looks at the machine and the town hall on it, and says what to mend."""

import datetime as dt
import socket
import sys
from dataclasses import asdict

import httpx

from hustings.cli.common import SITE, Told, takes
from hustings.domain.refusals import StartRefused
from hustings.fleet import programs
from hustings.fleet.lock import is_held
from hustings.fleet.ports import must_be_free_at, own_addresses
from hustings.fleet.site import Site
from hustings.ops import doctor as looks
from hustings.ops.clock import SystemClock
from hustings.ops.doctor import Finding

MARKS = {"good": "✓", "doubt": "?", "bad": "✗"}
DOORS = (
    ("page", ("tcp",)),
    ("stream", ("tcp",)),
    ("media", ("udp", "tcp")),
    ("media-2", ("udp", "tcp")),
)
BAD = 2


@takes(SITE)
def doctor(told: Told) -> None:
    """Look at this machine and say what would turn people away, with the mend."""
    site = Site(told.settings().site)
    found = _look(site)
    told.show([asdict(one) for one in found], *_lines(found))
    sys.exit(BAD if any(one.standing == "bad" for one in found) else 0)


def _look(site: Site) -> list[Finding]:
    now = dt.datetime.fromtimestamp(SystemClock().now_ms() / 1000, dt.UTC)
    settings, runs = site.settings, is_held(site.data / "lock")
    return [
        *_programs(site),
        looks.disk(site.data),
        *_ports(site, runs=runs),
        looks.certificate(site.tls and site.tls[0], site.public, now),
        looks.announced(site.public, settings.announce, own_addresses()),
        *([_reached(site)] if runs else []),
        looks.clock(),
        *looks.limits(),
        looks.memory(),
    ]


def _programs(site: Site) -> list[Finding]:
    found = []
    for name, find in (
        ("nats-server", programs.find_nats),
        ("hustings-media", lambda: programs.find_media(site.settings.media)),
    ):
        try:
            found.append(Finding(name, "good", f"{find()}."))
        except StartRefused as refused:
            found.append(Finding(name, "bad", refused.sentence, refused.mend))
    return found


def _ports(site: Site, *, runs: bool) -> list[Finding]:
    """Of a town hall that runs: whether they answer; else whether they are free."""
    found = []
    for door, kinds in DOORS:
        for kind in kinds:
            address, what = site.outside(door), f"{door} port"
            sentence = f"{address}/{kind} is {'served' if runs else 'free'}."
            try:
                if not runs:
                    must_be_free_at(kind, address)
                elif kind == "tcp":
                    host, _, port = address.rpartition(":")
                    near = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))
                    socket.create_connection((near, int(port)), 2).close()
                found.append(Finding(what, "good", sentence))
            except StartRefused as refused:
                found.append(Finding(what, "bad", refused.sentence, refused.mend))
            except OSError as error:
                mend = "Look into the logs of the town hall."
                found.append(Finding(what, "bad", f"{address} does not answer: {error}.", mend))
    return found


def _reached(site: Site) -> Finding:
    what, elsewhere = "reach", f"Open {site.public} on a phone without Wi-Fi to be sure."
    try:
        answer = httpx.get(f"{site.public}/livez", timeout=5)
        told = f"{site.public} answers this machine itself; from outside it may not."
        if answer.is_success:
            return Finding(what, "good", told, elsewhere)
        told = f"{site.public} answers {answer.status_code}."
    except httpx.HTTPError as error:
        told = f"{site.public} does not answer this machine: {error}."
    return Finding(what, "bad", told, "Mend name, firewall, proxy or certificate; " + elsewhere)


def _lines(found: list[Finding]) -> list[str]:
    lines = []
    for one in found:
        lines.append(f"{MARKS[one.standing]} {one.what}: {one.sentence}")
        if one.mend:
            lines.append(f"    {one.mend}")
    return lines
