"""What `hustings doctor` looks at: one function, one finding, with its mend. Changes nothing.

Where only a device elsewhere can tell, it says so. Ports and programs are looked at in fleet/.
"""

import ctypes
import datetime as dt
import os
import resource
import shutil
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

GIB = 1 << 30
DISK_BAD_BYTES, DISK_LOW_BYTES = GIB, 10 * GIB
DAYS_LOW = 14
FILES_LOW = 20_000
SOMAXCONN_LOW = 4_096
RMEM_LOW = 1 << 20
MEMORY_LOW_BYTES = GIB
STA_UNSYNC = 0x40
"""adjtimex(2)."""


@dataclass(frozen=True)
class Finding:
    what: str
    standing: str
    """`good`, `doubt` or `bad`: bad means that people will be turned away or not heard."""
    sentence: str
    mend: str = ""


def disk(data: Path) -> Finding:
    at = next(folder for folder in (data, *data.parents) if folder.exists())
    if not os.access(at, os.W_OK):
        return Finding(
            "disk", "bad", f"{at} cannot be written.", "Make it writable, or choose --data."
        )
    free = shutil.disk_usage(at).free
    sentence = f"{free / GIB:.1f} GiB free in {at}."
    if free < DISK_BAD_BYTES:
        return Finding("disk", "bad", sentence, "Free some: below 1 GiB recordings stop.")
    if free < DISK_LOW_BYTES:
        return Finding("disk", "doubt", sentence, "An hour of recording takes about 50 MB a hall.")
    return Finding("disk", "good", sentence)


def certificate(cert: Path | None, public: str, now: dt.datetime) -> Finding:
    what, host = "certificate", urlsplit(public).hostname or ""
    if cert is None:
        if public.startswith("https://"):
            return Finding(what, "doubt", "TLS is a proxy's; its certificate was not looked at.")
        return Finding(
            what,
            "doubt",
            "There is no TLS: browsers lend a microphone to localhost alone.",
            "Give --public https://… with --cert and --key, or stand behind a proxy.",
        )
    try:
        read = x509.load_pem_x509_certificate(cert.read_bytes())
    except (OSError, ValueError) as error:
        return Finding(what, "bad", f"{cert} cannot be read: {error}.", "Give a PEM file.")
    days = (read.not_valid_after_utc - now).days
    until = f"{read.not_valid_after_utc:%Y-%m-%d}"
    if days < 0:
        return Finding(what, "bad", f"It ran out on {until}.", "Renew it; no restart is needed.")
    if not _is_for(read, host):
        return Finding(what, "bad", f"It is not for {host}.", "Get one for the public name.")
    if days < DAYS_LOW:
        return Finding(what, "doubt", f"It runs out in {days} days, on {until}.", "Renew it.")
    return Finding(what, "good", f"Good for {host} until {until}.")


def announced(public: str, announce: Iterable[str], own: Iterable[str]) -> Finding:
    """Whether speakers are told an address at which they can reach the stage."""
    what, host, told, own = "address", urlsplit(public).hostname or "", set(announce), set(own)
    try:
        resolved = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except OSError:
        return Finding(what, "bad", f"{host} has no address.", "Mend its name in the DNS.")
    named = ", ".join(sorted(told or own))
    if resolved & (told or own) or any(address.startswith("127.") for address in resolved):
        return Finding(what, "good", f"{host} is {', '.join(sorted(resolved))}; told: {named}.")
    return Finding(
        what,
        "bad" if not told else "doubt",
        f"People come to {', '.join(sorted(resolved))}; speakers are told {named}.",
        f"Behind address translation: --announce {sorted(resolved)[0]}",
    )


def clock() -> Finding:
    """Whether the system keeps its clock by a reference."""
    libc, status = ctypes.CDLL(None, use_errno=True), _Timex()
    state = libc.adjtimex(ctypes.byref(status))
    if state < 0:
        return Finding("clock", "doubt", "The system does not say whether its clock is right.")
    if status.status & STA_UNSYNC:
        return Finding(
            "clock",
            "doubt",
            "Nothing keeps the clock of this machine right; halls start by it.",
            "Run chrony or systemd-timesyncd.",
        )
    return Finding("clock", "good", f"Kept right, to {max(status.esterror, 0) / 1000:.1f} ms.")


def limits() -> list[Finding]:
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    plenty = files == resource.RLIM_INFINITY or files >= FILES_LOW
    found = [
        Finding(
            "open files",
            "good" if plenty else "doubt",
            f"At most {files} a process: one a listener.",
            "" if plenty else "Raise LimitNOFILE of the service.",
        )
    ]
    for name, low in (("net/core/somaxconn", SOMAXCONN_LOW), ("net/core/rmem_max", RMEM_LOW)):
        found.append(_kernel(name, low))
    may, _ = resource.getrlimit(resource.RLIMIT_RTPRIO)
    if os.geteuid() != 0 and may == 0:
        found.append(
            Finding(
                "priority",
                "doubt",
                "The mixing thread gets no real-time priority: a busy machine may be heard.",
                "Give LimitRTPRIO=20 and CAP_SYS_NICE to the service.",
            )
        )
    return found


def memory() -> Finding:
    lines = dict(
        line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines() if ":" in line
    )
    free = int(lines["MemAvailable"].split()[0]) * 1024
    standing = "good" if free >= MEMORY_LOW_BYTES else "doubt"
    mend = "" if standing == "good" else "A listener takes some kB; a full machine kills processes."
    return Finding("memory", standing, f"{free / GIB:.1f} GiB available.", mend)


def _kernel(name: str, low: int) -> Finding:
    try:
        value = int(Path("/proc/sys", name).read_text())
    except (OSError, ValueError):
        return Finding(name, "doubt", "The kernel does not tell.")
    if value < low:
        mend = "See deploy/sysctl/90-hustings.conf and docs/guides/limits.md."
        return Finding(name, "doubt", f"{value}, less than {low}.", mend)
    return Finding(name, "good", f"{value}.")


def _is_for(cert: x509.Certificate, host: str) -> bool:
    try:
        names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    told = {str(name) for name in names.get_values_for_type(x509.DNSName)}
    told |= {str(address) for address in names.get_values_for_type(x509.IPAddress)}
    return host in told or f"*.{host.partition('.')[2]}" in told


class _Timex(ctypes.Structure):
    """`struct timex` of adjtimex(2), as far as it is read; the rest is room."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )
