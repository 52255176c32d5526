"""The floor and the hands of one hall: who is heard, who waits, and their time."""

from typing import Any

from hustings import shapes
from hustings.client.wire import Wire


class Floor:
    """For those who lead the floor. Every act answers the floor as it stands after it."""

    def __init__(self, wire: Wire, hall: str) -> None:
        self._wire, self._hall = wire, hall

    def shown(self) -> shapes.Floor:
        """Every seat with what its line lacks, hands in order, time by person and side."""
        return self._floor("GET", "floor")

    def lead(self, led: bool) -> shapes.Floor:
        """Led: seats come on air when they are brought up. Not led: with their line."""
        return self._floor("POST", "floor", json={"led": led})

    def up(self, seat: str) -> shapes.Floor:
        """On air; refused until the seat's line is proven."""
        return self._floor("POST", "seats", seat, "up")

    def down(self, seat: str) -> shapes.Floor:
        """Off air, to the green room."""
        return self._floor("POST", "seats", seat, "down")

    def mute(self, seat: str, on: bool = True) -> shapes.Floor:
        return self._floor("POST", "seats", seat, "mute", json={"on": on})

    def suppress(self, seat: str, on: bool = True) -> shapes.Floor:
        """Take the noise around this seat's microphone out of what it says, or no more."""
        return self._floor("POST", "seats", seat, "suppress", json={"on": on})

    def side(self, seat: str, side: str | None) -> shapes.Floor:
        """The side whose time this seat's person spends; None: they speak for none."""
        return self._floor("PUT", "seats", seat, "side", json={"side": side})

    def budget(
        self, seconds: int | None, side: str | None = None, *, enforced: bool = False
    ) -> shapes.Floor:
        """How long a side may speak, or each person where none is named. `seconds` None: no bound.

        `enforced`: it ends with a fade.
        """
        body = {"side": side, "seconds": seconds, "enforced": enforced}
        return self._floor("PUT", "budget", json=body)

    def _floor(self, method: str, *at: str, **more: Any) -> shapes.Floor:
        told: shapes.Floor = self._wire.call(method, "halls", self._hall, *at, **more)
        return told


class Hands:
    """`up`, `mine` and `down` are for whoever asks; the others for those who lead the floor."""

    def __init__(self, wire: Wire, hall: str) -> None:
        self._wire, self._hall = wire, hall

    def up(self, reason: str | None = None) -> shapes.OwnHand:
        """Raise your hand."""
        return self._own("POST", "hands", json={"reason": reason})

    def mine(self) -> shapes.OwnHand:
        """Its position; once called, the seat that waits and the link to it."""
        return self._own("GET", "hands", "mine")

    def down(self) -> shapes.OwnHand:
        """Lower your own."""
        return self._own("DELETE", "hands", "mine")

    def lower(self, person: str) -> shapes.Floor:
        """Lower somebody else's."""
        told: shapes.Floor = self._call("DELETE", "hands", person)
        return told

    def call(self, person: str, seat: str | None = None) -> shapes.Floor:
        """Give whoever raised this hand a seat in the green room: this one, or the next free."""
        told: shapes.Floor = self._call("POST", "hands", person, "call", json={"seat": seat})
        return told

    def _own(self, method: str, *at: str, **more: Any) -> shapes.OwnHand:
        told: shapes.OwnHand = self._call(method, *at, **more)
        return told

    def _call(self, method: str, *at: str, **more: Any) -> Any:
        return self._wire.call(method, "halls", self._hall, *at, **more)
