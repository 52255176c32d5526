"""What all verbs share: the options each takes besides its own, how it prints, how it exits.

`@takes(SITE)` adds a group of options to a verb, so that it need not list them.
"""

import inspect
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from hustings.config import Settings, Sources, load

Group = dict[str, tuple[Any, Any]]

JSON: Group = {
    "as_json": (Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")], False),
}
ALL: Group = {
    **JSON,
    "data": (
        Annotated[Path | None, typer.Option(help="Data directory of the town hall.")],
        None,
    ),
}
SITE: Group = {
    "host": (Annotated[str | None, typer.Option(help="Address to bind public ports to.")], None),
    "port": (Annotated[int | None, typer.Option(help="Page port; streams: the next.")], None),
    "public": (Annotated[str | None, typer.Option(help="Origin that people see.")], None),
    "cert": (Annotated[Path | None, typer.Option(help="Certificate and chain, PEM.")], None),
    "key": (Annotated[Path | None, typer.Option(help="Its key, PEM.")], None),
    "acme": (Annotated[str | None, typer.Option(help="letsencrypt, or a directory's URL.")], None),
    "acme_email": (Annotated[str | None, typer.Option(help="Where it may write to.")], None),
    "plain_port": (Annotated[int | None, typer.Option(help="Port without TLS: 80.")], None),
    "stream_port": (Annotated[int | None, typer.Option(help="Port of streams.")], None),
    "media_port": (Annotated[int | None, typer.Option(help="Port of speakers' media.")], None),
    "edges": (Annotated[int | None, typer.Option(help="Processes that serve listeners.")], None),
    "cadence": (Annotated[int | None, typer.Option(help="Parts to a write: 1, 4, 20.")], None),
    "sending": (Annotated[str | None, typer.Option(help="auto (io_uring) or epoll.")], None),
    "uplink_mbit": (
        Annotated[int | None, typer.Option(help="Mbit/s that the line carries outwards.")],
        None,
    ),
    "overflow": (
        Annotated[str | None, typer.Option(help="Origin of the CDN or cache for HLS.")],
        None,
    ),
    "turn": (
        Annotated[str | None, typer.Option(help="Relays for speakers, by comma.")],
        None,
    ),
    "turn_secret": (
        Annotated[Path | None, typer.Option(help="File with the secret shared with them.")],
        None,
    ),
    "announce": (
        Annotated[str | None, typer.Option(help="Addresses to name to speakers, by comma.")],
        None,
    ),
}
CLIENT: Group = {
    "url": (Annotated[str | None, typer.Option(help="A town hall elsewhere.")], None),
    "pass_": (Annotated[str | None, typer.Option("--pass", help="The pass to show.")], None),
}


@dataclass(frozen=True)
class Told:
    """The shared options, as they were given."""

    as_json: bool
    flags: dict[str, Any] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)
    """Those of one verb, where its parameters would be too many."""

    def settings(self, **defaults: Any) -> Settings:
        given = {name: value for name, value in self.flags.items() if value is not None}
        return load(Sources.real(**{**defaults, **given}))

    def show(self, value: Any, *lines: str) -> None:
        """`value` for programs, `lines` for people."""
        print(json.dumps(value, ensure_ascii=False) if self.as_json else "\n".join(lines))
        sys.stdout.flush()


def takes(
    *groups: Group, own: Group | None = None, common: Group = ALL
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Call the verb with `Told` first, and offer the options of `groups` beside its own, and those
    that all verbs have in common but for a few."""
    mine = own or {}
    added = {name: option for group in (common, *groups, mine) for name, option in group.items()}

    def decorate(verb: Callable[..., None]) -> Callable[..., None]:
        def called(**given: Any) -> None:
            shared = {name: given.pop(name) for name in added}
            kept = {name: shared.pop(name) for name in mine}
            verb(Told(shared.pop("as_json"), shared, kept), **given)

        listed = list(inspect.signature(verb, eval_str=True).parameters.values())[1:]
        shared = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=of)
            for name, (of, default) in added.items()
        ]
        every = [*(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in listed), *shared]
        named: Any = called
        named.__name__, named.__doc__ = verb.__name__.rstrip("_"), verb.__doc__
        named.__signature__ = inspect.Signature(every)
        named.__annotations__ = {p.name: p.annotation for p in every}
        return called

    return decorate
