"""One machine's town hall: its settings, its ports, its folders. Starts nothing."""

from dataclasses import dataclass
from pathlib import Path

from hustings.domain.refusals import StartRefused

PORTS = range(1024, 65530)


@dataclass(frozen=True)
class SiteSettings:
    data: Path
    # The log, the keys, and what children were told. One running town hall to a folder.

    host: str = "127.0.0.1"
    # What the page, stream and media ports are bound to. Loopback until somebody decides otherwise.

    port: int = 8000
    # The page port. Streams, media, NATS, stage and desk take the five after it.

    public: str = ""
    # The origin people see, for links. Empty: this machine itself, at the page port.

    announce: tuple[str, ...] = ()
    # Addresses the stage names to speakers, behind address translation. Empty: its interfaces'.

    media: str = ""
    # Where hustings-media is. Empty: beside this Python.


@dataclass(frozen=True)
class Site:
    settings: SiteSettings

    def __post_init__(self) -> None:
        if self.settings.port not in PORTS:
            raise StartRefused(
                f"Port {self.settings.port} cannot be used.",
                f"Choose one from {PORTS.start} to {PORTS.stop - 1}.",
            )

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
        return f"http://{self._near}:{self.settings.port}"

    @property
    def stream(self) -> str:
        return f"http://{self._near}:{self.settings.port + 1}"

    @property
    def _near(self) -> str:
        """Where this machine reaches its own outside ports."""
        host = self.settings.host
        return "127.0.0.1" if host in ("0.0.0.0", "::") else host

    @property
    def api(self) -> str:
        return f"http://{self.loopback(5)}"

    def outside(self, offset: int) -> str:
        return f"{self.settings.host}:{self.settings.port + offset}"

    def loopback(self, offset: int) -> str:
        return f"127.0.0.1:{self.settings.port + offset}"
