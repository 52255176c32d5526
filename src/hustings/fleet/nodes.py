"""The children of one machine: how each is started, and the order file it reads.

The orders of stage, edge, packager and recorder are spec/processes.md; nats-server's is its own
configuration. What nodes are told about halls does not go through files (desk/stagehand.py).
"""

import hashlib
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hustings.fleet.site import STAGES, Site

PACKAGER, RECORDER = "packager-1", "recorder-1"
OURSELVES = (sys.executable, "-P", "-m", "hustings")


@dataclass(frozen=True)
class Child:
    name: str
    argv: tuple[str, ...]
    ports: tuple[tuple[str, str], ...]
    """Kind (tcp, udp) and address of each port it binds."""
    order: str
    """What its order file holds; a running child with another order is not adopted."""

    @property
    def fingerprint(self) -> str:
        program = Path(self.argv[0])
        made = program.stat().st_mtime_ns if program.exists() else 0
        return hashlib.sha256(f"{self.argv}{made}{self.order}".encode()).hexdigest()


@dataclass(frozen=True)
class Nats:
    url: str
    token: str


@dataclass(frozen=True)
class DeskOrder:
    data: str
    http: str
    nats: Nats
    public: str
    stages: tuple[str, ...]
    packagers: tuple[str, ...]
    nodes: dict[str, str]
    """The nodes of this machine, by role."""

    @classmethod
    def read(cls, path: Path) -> "DeskOrder":
        told = json.loads(path.read_text())
        told["nats"] = Nats(**told["nats"])
        told |= {name: tuple(told[name]) for name in ("stages", "packagers")}
        return cls(**told)


@dataclass(frozen=True)
class PackagerOrder:
    node: str
    data: str
    nats: Nats
    http: str

    @classmethod
    def read(cls, path: Path) -> "PackagerOrder":
        told = json.loads(path.read_text())
        told["nats"] = Nats(**told["nats"])
        return cls(**told)


@dataclass(frozen=True)
class RecorderOrder:
    node: str
    data: str
    nats: Nats
    recordings: str
    streams: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> "RecorderOrder":
        told = json.loads(path.read_text())
        told["nats"] = Nats(**told["nats"])
        told["streams"] = tuple(told["streams"])
        return cls(**told)


@dataclass(frozen=True)
class Programs:
    nats: str
    media: str
    pages: Path


def children(site: Site, programs: Programs, token: str) -> list[Child]:
    """Writes their order files; starts none of them."""
    nats = Nats(f"nats://{site.loopback(3)}", token)
    return [
        _nats(site, programs, token),
        _desk(site, nats),
        *(_stage(site, programs, nats, number) for number in range(1, STAGES + 1)),
        *(_edge(site, programs, nats, number) for number in _edges(site)),
        _packager(site, nats),
        _recorder(site, nats),
    ]


def write(path: Path, text: str) -> str:
    """An order holds a token: for its owner's eyes only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)
    return text


def _nats(site: Site, programs: Programs, token: str) -> Child:
    address, path = site.loopback(3), site.run / "nats.conf"
    order = write(path, f'listen: "{address}"\nauthorization {{ token: "{token}" }}\n')
    argv = (programs.nats, "-c", str(path))
    return Child("nats", argv, (("tcp", address),), order)


def _desk(site: Site, nats: Nats) -> Child:
    address, path = site.loopback(5), site.run / "desk.order.json"
    told = DeskOrder(
        data=str(site.data),
        http=address,
        nats=nats,
        public=site.public,
        stages=site.stages,
        packagers=(site.loopback(6),),
        nodes={
            **{f"stage-{number}": "stage" for number in range(1, STAGES + 1)},
            **{f"edge-{number}": "edge" for number in _edges(site)},
            PACKAGER: "packager",
            RECORDER: "recorder",
        },
    )
    argv = (*OURSELVES, "desk", str(path))
    return Child("desk", argv, (("tcp", address),), _write(path, asdict(told)))


def _stage(site: Site, programs: Programs, nats: Nats, number: int) -> Child:
    name, http = f"stage-{number}", site.stage(number)
    udp = site.outside("media" if number == 1 else f"media-{number}")
    told = {
        "node": name,
        "data": _folder(site.run / name),
        "nats": asdict(nats),
        "http": http,
        "udp": udp,
        "announce": list(site.settings.announce),
        "peers": [stage for stage in site.stages if stage != http],
        "clock": str(site.run / "clock.json"),
        **site.relays,
    }
    path = site.run / f"{name}.order.json"
    argv = (programs.media, "stage", str(path))
    ports = (("udp", udp), ("tcp", udp), ("tcp", http), ("udp", http))
    return Child(name, argv, ports, _write(path, told))


def _edges(site: Site) -> range:
    return range(1, site.settings.edges + 1)


def _edge(site: Site, programs: Programs, nats: Nats, number: int) -> Child:
    """The first answers an authority; they share all other ports, which one holds for all, and
    the line."""
    uplink = site.settings.uplink_mbit
    name, page, stream = f"edge-{number}", site.outside("page"), site.outside("stream")
    told = {
        "node": name,
        "data": _folder(site.run / name),
        "nats": asdict(nats),
        "page": page,
        "stream": stream,
        "shared": site.settings.edges > 1,
        "pages": str(programs.pages),
        "public": site.public,
        "stream_origin": site.stream_origin,
        "tls": _tls(site),
        "plain": _plain(site) if number == 1 else None,
        "cadence": site.settings.cadence,
        "sending": site.settings.sending,
        "uplink_mbit_per_s": uplink and uplink / site.settings.edges,
        "overflow": site.settings.overflow or None,
    }
    path = site.run / f"{name}.order.json"
    argv = (programs.media, "edge", str(path))
    doors = [page, stream, *([] if site.plain is None else [site.plain])]
    ports = tuple(("tcp", door) for door in doors) if number == 1 else ()
    return Child(name, argv, ports, _write(path, told))


def _tls(site: Site) -> dict[str, str] | None:
    return None if site.tls is None else {"cert": str(site.tls[0]), "key": str(site.tls[1])}


def _plain(site: Site) -> dict[str, str] | None:
    if site.plain is None:
        return None
    challenges = site.data / "tls" / "challenges" if site.acme is None else site.acme.challenges
    return {"address": site.plain, "challenges": str(challenges)}


def _packager(site: Site, nats: Nats) -> Child:
    name, http = PACKAGER, site.loopback(6)
    told = PackagerOrder(node=name, data=_folder(site.run / name), nats=nats, http=http)
    path = site.run / f"{name}.order.json"
    argv = (*OURSELVES, "packager", str(path))
    return Child(name, argv, (("tcp", http),), _write(path, asdict(told)))


def _recorder(site: Site, nats: Nats) -> Child:
    name = RECORDER
    told = RecorderOrder(
        node=name,
        data=_folder(site.run / name),
        nats=nats,
        recordings=str(site.data / "recordings"),
        # It checks no certificates: where streams come sealed, it has the stages alone.
        streams=() if site.tls else (site.near("stream"),),
    )
    path = site.run / f"{name}.order.json"
    argv = (*OURSELVES, "recorder", str(path))
    return Child(name, argv, (), _write(path, asdict(told)))


def _write(path: Path, told: dict[str, Any]) -> str:
    return write(path, json.dumps(told, indent=1) + "\n")


def _folder(path: Path) -> str:
    path.mkdir(parents=True, exist_ok=True)
    return str(path)
