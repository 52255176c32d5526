"""Settings: one TOML file, then HUSTINGS_* variables, then the flags of the command at hand.

A key that nobody knows refuses the start: a typo must not become a default. The only file that
reads environment variables.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from hustings.domain.refusals import StartRefused
from hustings.fleet.site import SiteSettings

PREFIX = "HUSTINGS_"


@dataclass(frozen=True)
class ClientSettings:
    url: str = ""
    # The town hall a command talks to. Empty: the one that runs on this machine.

    pass_: str = ""
    # With which pass. Empty: the owner's, which the town hall leaves in its data directory.


@dataclass(frozen=True)
class Settings:
    site: SiteSettings
    client: ClientSettings


@dataclass(frozen=True)
class Sources:
    """Where settings come from; tests bring their own."""

    env: Mapping[str, str]
    flags: Mapping[str, Any]
    home: Path

    @classmethod
    def real(cls, **flags: Any) -> "Sources":
        home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
        return cls(os.environ, flags, home / "hustings")


def load(sources: Sources) -> Settings:
    env = {k.removeprefix(PREFIX): v for k, v in sources.env.items() if k.startswith(PREFIX)}
    config = env.pop("CONFIG", None)
    told: dict[str, Any] = _file(Path(config)) if config else {}
    told |= {_from_env(name): value for name, value in env.items()}
    told |= {name: value for name, value in sources.flags.items() if value is not None}
    told.setdefault("data", sources.home)
    for name in told.keys() - known():
        raise StartRefused(
            f"There is no setting called {name}.", f"Known are: {', '.join(sorted(known()))}."
        )
    return Settings(_made(SiteSettings, told), _made(ClientSettings, told))


def known() -> set[str]:
    return {field.name for kind in (SiteSettings, ClientSettings) for field in fields(kind)}


def _made(kind: Any, told: Mapping[str, Any]) -> Any:
    wanted = {field.name: told[field.name] for field in fields(kind) if field.name in told}
    return kind(**{name: _value(name, value) for name, value in wanted.items()})


def _value(name: str, value: Any) -> Any:
    try:
        match name:
            case "data" | "cert" | "key" | "turn_secret":
                return Path(value).expanduser().resolve()
            case "port" | "stream_port" | "media_port" | "plain_port":
                return int(value)
            case "edges" | "cadence" | "uplink_mbit":
                return int(value)
            case "announce" | "turn":
                return tuple(value.split(",")) if isinstance(value, str) else tuple(value)
    except (TypeError, ValueError):
        raise StartRefused(f"The setting {name} cannot be read.", "Mend its value.") from None
    if isinstance(value, str):
        return value
    raise StartRefused(f"The setting {name} is not a text.", "Put it in quotes.")


def _from_env(name: str) -> str:
    return "pass_" if name == "PASS" else name.lower()


def _file(path: Path) -> dict[str, Any]:
    try:
        told = tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StartRefused(f"The file {path} cannot be read: {error}.", "Mend it.") from None
    return {"pass_" if name == "pass" else name: value for name, value in told.items()}


def has_screen() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def notify_socket() -> str:
    """Where a service manager wants to hear that we are ready; empty without one."""
    return os.environ.get("NOTIFY_SOCKET", "")
