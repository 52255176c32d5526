"""One machine's town hall: its settings, its ports, its folders. Starts nothing."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hustings.domain.refusals import StartRefused

PORTS = range(1, 65528)
PLAIN_PORT = 80
LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"
STAGES = 2
EDGES_MAX = 64
RELAY = re.compile(r"turns?:[A-Za-z0-9.:\[\]-]+(\?transport=(udp|tcp))?")
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
CADENCES = (1, 4, 20)
SENDINGS = ("auto", "epoll")
_HTTP = (4, 8)
"""How far from the page port each stage answers edges."""
_NEXT_MEDIA = 5
"""How far the second stage's media port is from the first one's."""


@dataclass(frozen=True)
class SiteSettings:
    data: Path
    # The log, the keys, and what children were told. One running town hall to a folder.

    host: str = "127.0.0.1"
    # What the page, stream and media ports are bound to. Loopback until somebody decides otherwise.

    port: int = 8000
    # The page port. Streams, media, NATS, stages, desk and packager take the eight after it,
    # unless told.

    public: str = ""
    # The origin people see, for links. Empty: this machine itself, at the page port.

    cert: Path | None = None
    # Its certificate with the chain, PEM, read again when it changes. None: no TLS of our own.

    key: Path | None = None
    # The key of that certificate.

    acme: str = ""
    # The directory of an authority to get a certificate from (RFC 8555), or `letsencrypt`. Needs
    # the plain port. Empty: none.

    acme_email: str = ""
    # Where the authority may write to.

    plain_port: int | None = None
    # Answers the authority, and sends everyone else to the public origin. None: 80 with acme,
    # else no such port.

    stream_port: int | None = None
    # Where streams are served. None: the port after the page port.

    stream_public: str = ""
    # The origin of streams as people see it. Empty: the public one where a proxy makes it
    # https, else this machine at the stream port.

    media_port: int | None = None
    # Where speakers' media come in at the first stage, UDP and TCP. None: two after the page port.
    # The second stage's is five after it.

    announce: tuple[str, ...] = ()
    # Addresses the stage names to speakers, behind address translation. Empty: its interfaces'.

    media: str = ""
    # Where hustings-media is. Empty: beside this Python.

    edges: int = 1
    # Processes that serve listeners, all on the same ports. A process has the descriptors for some
    # 19,000 where the system gives it 20,000.

    cadence: int = 1
    # How many parts of 240 ms go out at once: 1, 4 or 20. Four times the listeners for two seconds
    # of delay.

    sending: str = "auto"
    # How parts are handed to listeners: auto (io_uring where the system grants it) or epoll.

    uplink_mbit: int | None = None
    # Mbit/s that this machine's line carries outwards. Edges let in no more listeners than it
    # feeds. None: not known.

    turn: tuple[str, ...] = ()
    # Relays for speakers whose network lets nothing else through, as
    # turn:turn.example.org:3478?transport=udp (RFC 7065).

    turn_secret: Path | None = None
    # The file with the secret that they share with us: coturn's static-auth-secret.

    overflow: str = ""
    # The origin at which a CDN or a cache of yours serves HLS, as https://cdn.example.org: pages
    # take it from there. Empty: from the edges.


@dataclass(frozen=True)
class AcmeSite:
    """Where a town hall that gets its own certificate keeps what belongs to it."""

    directory: str
    email: str
    host: str
    file: Path
    account: Path
    challenges: Path


@dataclass(frozen=True)
class Site:
    settings: SiteSettings

    def __post_init__(self) -> None:
        if self.settings.port not in PORTS:
            raise StartRefused(
                f"Port {self.settings.port} cannot be used.",
                f"Choose one from {PORTS.start} to {PORTS.stop - 1}.",
            )
        for name, value, choices in (
            ("edges", self.settings.edges, range(1, EDGES_MAX + 1)),
            ("cadence", self.settings.cadence, CADENCES),
            ("sending", self.settings.sending, SENDINGS),
        ):
            if value not in choices:
                known = f"1 to {EDGES_MAX}" if name == "edges" else ", ".join(map(str, choices))
                raise StartRefused(f"{name} cannot be {value}.", f"Choose one of {known}.")
        if self.settings.uplink_mbit is not None and self.settings.uplink_mbit < 1:
            raise StartRefused("A line carries at least 1 Mbit/s.", "Give --uplink-mbit a number.")
        if self.settings.overflow and not ORIGIN.fullmatch(self.settings.overflow):
            raise StartRefused(
                f"{self.settings.overflow} is not an origin.",
                "Give --overflow as https://cdn.example.org, without a path.",
            )
        self._check_relays()
        if (self.settings.cert is None) != (self.settings.key is None):
            raise StartRefused("A certificate and its key go together.", "Name both or neither.")
        if self.settings.acme and not self.public.startswith("https://"):
            raise StartRefused(
                "A certificate is for a public name, and there is none.",
                "Give --public https://… with --acme.",
            )

    def _check_relays(self) -> None:
        for relay in self.settings.turn:
            if not RELAY.fullmatch(relay):
                raise StartRefused(
                    f"{relay} is not a relay.",
                    "Give --turn as turn:turn.example.org:3478?transport=udp, several by comma.",
                )
        if bool(self.settings.turn) != (self.settings.turn_secret is not None):
            raise StartRefused(
                "Relays and the secret shared with them go together.",
                "Give --turn and --turn-secret, a file.",
            )

    @property
    def relays(self) -> dict[str, Any]:
        """As stages are told; nothing where there are none."""
        path = self.settings.turn_secret
        if path is None:
            return {}
        try:
            secret = path.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise StartRefused(f"The file {path} cannot be read: {error}.", "Mend it.") from None
        return {"turn": {"urls": list(self.settings.turn), "secret": secret}}

    @property
    def acme(self) -> AcmeSite | None:
        told = self.settings
        if not told.acme or told.cert is not None:
            return None
        folder, host = self.data / "tls", urlsplit(self.public).hostname or ""
        directory = LETS_ENCRYPT if told.acme == "letsencrypt" else told.acme
        account, challenges = self.data / "keys" / "acme.pem", folder / "challenges"
        both = folder / "both.pem"
        return AcmeSite(directory, told.acme_email, host, both, account, challenges)

    @property
    def tls(self) -> tuple[Path, Path] | None:
        """The files of the certificate and of its key."""
        if self.acme is not None:
            return self.acme.file, self.acme.file
        cert, key = self.settings.cert, self.settings.key
        return None if cert is None or key is None else (cert, key)

    @property
    def plain(self) -> str | None:
        """Where the plain port is, if there is one."""
        port = self.settings.plain_port or (PLAIN_PORT if self.acme else None)
        return None if port is None else self._at(port)

    @property
    def data(self) -> Path:
        return self.settings.data

    @property
    def run(self) -> Path:
        return self.data / "run"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def owner_pass(self) -> Path:
        return self.data / "owner.pass"

    @property
    def server(self) -> Path:
        """Where commands on this machine find the running town hall."""
        return self.run / "server.json"

    @property
    def public(self) -> str:
        return self.settings.public.rstrip("/") or self.local

    @property
    def local(self) -> str:
        return f"{self._scheme}://{self._near}:{self.settings.port}"

    @property
    def stream(self) -> str:
        return f"{self._scheme}://{self._near}:{self.port_of('stream')}"

    @property
    def stream_origin(self) -> str | None:
        """The origin of streams, where it is not the page's own host at the stream port."""
        if self.settings.stream_public:
            return self.settings.stream_public.rstrip("/")
        return self.public if self._is_behind_a_proxy else None

    @property
    def _is_behind_a_proxy(self) -> bool:
        return self.public.startswith("https://") and self.tls is None

    @property
    def stream_seen(self) -> str:
        """The origin of streams, for people."""
        seen = urlsplit(self.public)
        host = f"[{seen.hostname}]" if ":" in (seen.hostname or "") else seen.hostname
        return self.stream_origin or f"{seen.scheme}://{host}:{self.port_of('stream')}"

    @property
    def _scheme(self) -> str:
        return "http" if self.tls is None else "https"

    @property
    def _near(self) -> str:
        """Where this machine reaches its own outside ports."""
        host = self.settings.host
        near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        return f"[{near}]" if ":" in near else near

    @property
    def api(self) -> str:
        return f"http://{self.loopback(5)}"

    def port_of(self, door: str) -> int:
        """The port of a public door: `page`, `stream`, `media` or `media-2`."""
        settings = self.settings
        chosen = {"stream": settings.stream_port, "media": settings.media_port}.get(door)
        if door == "media-2":
            return self.port_of("media") + _NEXT_MEDIA
        return chosen or settings.port + ("page", "stream", "media").index(door)

    def outside(self, door: str) -> str:
        # No proxy passes speakers' media on: they come to this machine itself.
        behind = self._is_behind_a_proxy and self.settings.host == "127.0.0.1"
        if door.startswith("media") and behind:
            return f"0.0.0.0:{self.port_of(door)}"
        return self._at(self.port_of(door))

    def _at(self, port: int) -> str:
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        return f"{host}:{port}"

    def near(self, door: str) -> str:
        """A public door, as this machine reaches it."""
        return f"{self._near}:{self.port_of(door)}"

    def stage(self, number: int) -> str:
        """Where the stage of this number, from one, answers on this machine."""
        return self.loopback(_HTTP[number - 1])

    @property
    def stages(self) -> tuple[str, ...]:
        return tuple(self.stage(number) for number in range(1, STAGES + 1))

    def loopback(self, offset: int) -> str:
        return f"127.0.0.1:{self.settings.port + offset}"
