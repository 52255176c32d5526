"""What every route has at hand. Put together in assemble.py, carried by the application."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from starlette.requests import HTTPConnection

from hustings.desk.desk import Desk
from hustings.desk.ports import OwnerLinks, Sounds
from hustings.desk.watch import Watch
from hustings.domain.captions import Captions
from hustings.domain.ids import HallId


class Counters(Protocol):
    def count(self, name: str, *labels: str, by: int = 1) -> None: ...

    def render(self) -> bytes: ...


@dataclass
class Context:
    desk: Desk
    watch: Watch
    links: OwnerLinks
    counters: Counters
    public: str
    """The origin people see, without a slash at its end."""
    connected: Callable[[], bool]
    """Whether orders reach the nodes just now."""
    sounds: Sounds
    readers: int = 0
    """How many follow what happens (routes/live.py)."""
    written: dict[HallId, tuple[Captions, str]] = field(default_factory=dict)
    """What was made last of a hall's captions (routes/captions.py)."""

    @property
    def now_ms(self) -> int:
        return self.desk.ports.clock.now_ms()


def context(request: HTTPConnection) -> Context:
    return cast(Context, cast(Any, request.app).state.context)
