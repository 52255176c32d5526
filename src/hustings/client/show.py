"""The plan of one hall: its rundown, its prepared sounds, its air delay."""

from collections.abc import Sequence
from typing import Any

from typing_extensions import TypedDict, Unpack

from hustings import shapes
from hustings.client.wire import Wire


class Chosen(TypedDict, total=False):
    """What is left out is "built-in"; "" is none; else a name that `Client.keep_sound` gave."""

    opening: str
    pause: str
    closing: str
    tone: str


class Show:
    """Every change answers the plan as it stands after it."""

    def __init__(self, wire: Wire, hall: str) -> None:
        self._wire, self._hall = wire, hall

    def rundown(self) -> shapes.Plan:
        """Every piece, when it is due as things stand, and how far what is on is over."""
        return self._plan("GET", "rundown")

    def plan(self, items: Sequence[shapes.Item]) -> shapes.Plan:
        """The whole of it, in order; also while live, but for what is on."""
        return self._plan("PUT", "rundown", json={"items": list(items)})

    def go(self, item: str) -> shapes.Plan:
        """This piece is on now."""
        return self._plan("POST", "rundown", item)

    def prepare(self, **sounds: Unpack[Chosen]) -> shapes.Plan:
        """What is heard where nobody speaks: all four are chosen anew."""
        return self._plan("PUT", "sounds", json=sounds)

    def silence(self, intended: bool) -> shapes.Plan:
        """Whether dead air is meant to be: then it is neither told nor covered."""
        return self._plan("PUT", "silence", json={"on": intended})

    def delay(self, delay_ms: int) -> shapes.Plan:
        """How long what is said waits before the crowd hears it. Settled before doors."""
        return self._plan("PUT", "air-delay", json={"delay_ms": delay_ms})

    def dump(self) -> shapes.Plan:
        """Take out, for everyone, what was said and is not heard yet; in the recording too."""
        return self._plan("POST", "dump")

    def _plan(self, method: str, *at: str, **more: Any) -> shapes.Plan:
        told: shapes.Plan = self._wire.call(method, "halls", self._hall, *at, **more)
        return told
