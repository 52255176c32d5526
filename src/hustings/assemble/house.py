"""The house: all processes of one machine under one supervisor, ready to be started."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hustings.fleet import nodes, programs
from hustings.fleet.lock import Lock
from hustings.fleet.shell import Shell, Surroundings
from hustings.fleet.site import Site
from hustings.ops.clock import monotonic_ms
from hustings.ops.entropy import SystemEntropy
from hustings.store.keys import write_private

TOKEN_BYTES = 24


@dataclass(frozen=True)
class House:
    """All processes of one machine, under one supervisor."""

    site: Site
    shell: Shell
    first_start: bool


@contextmanager
def house(site: Site, say: Callable[[str], None]) -> Iterator[House]:
    """Everything but the start itself. Raises StartRefused."""
    lock = Lock(site.data / "lock")
    try:
        first_start = not site.owner_pass.exists()
        found = programs.find(site.settings.media)
        if site.acme is not None:
            # Loaded where it is used: most town halls get no certificate of their own.
            from hustings.assemble.certificate import prepare

            prepare(site)
        children = nodes.children(site, found, _nats_token(site))
        around = Surroundings(site.run, site.logs, monotonic_ms, say)
        # A certificate is for the public name, also when this machine asks.
        near = site.public if site.tls else site.local
        told = {"url": near, "api": site.api, "public": site.public}
        nodes.write(site.server, json.dumps(told))
        yield House(site, Shell(children, around), first_start)
    finally:
        lock.close()


def _nats_token(site: Site) -> str:
    path = site.data / "keys" / "nats.token"
    if not path.exists():
        write_private(path, SystemEntropy().draw(TOKEN_BYTES).hex())
    return path.read_text()
