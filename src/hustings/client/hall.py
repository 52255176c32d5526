"""One hall: its life, its people, its log; floor, hands and plan have files of their own."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from hustings import shapes
from hustings.client.events import TRIES, follow
from hustings.client.floor import Floor, Hands
from hustings.client.show import Show
from hustings.client.wire import Wire


class Hall:
    """Every move answers the hall as it stands after it."""

    def __init__(self, wire: Wire, hall: str) -> None:
        self.hall, self._wire = hall, wire
        self.floor, self.hands, self.show = Floor(wire, hall), Hands(wire, hall), Show(wire, hall)

    def shown(self) -> shapes.Hall:
        """The public part; with a pass for backstage, lines, audience and people too."""
        return self._hall("GET")

    def announce(self) -> shapes.Hall:
        """Show the hall to the public."""
        return self._hall("POST", "announce")

    def open(self) -> shapes.Hall:
        """Open doors: live at the announced start, or at once without one."""
        return self._hall("POST", "open")

    def pause(self) -> shapes.Hall:
        """Pause the programme. Everyone stays."""
        return self._hall("POST", "pause")

    def resume(self) -> shapes.Hall:
        return self._hall("POST", "resume")

    def end(self) -> shapes.Hall:
        """There is no way back."""
        return self._hall("POST", "end")

    def slip(self, minutes: int, from_ms: int) -> shapes.Hall:
        """Begin 1 or 5 minutes later than `from_ms`, its `starts_at_ms`; twice from it is once."""
        return self._hall("POST", "slip", json={"minutes": minutes, "from_ms": from_ms})

    def postpone(self, starts_at: datetime) -> shapes.Hall:
        """Announce it anew for another time, at the same address; good passes stay good."""
        return self._hall("POST", "postpone", json={"starts_at": starts_at.isoformat()})

    def cancel(self, *, confirm: bool = False) -> shapes.CancelledHall:
        """First it is asked, and answered how many wait; `confirm` within a minute does it."""
        told: shapes.CancelledHall = self._call("POST", "cancel", json={"confirm": confirm})
        return told

    def record(self, on: bool) -> shapes.Hall:
        """Settled before doors open."""
        return self._hall("POST", "recording", json={"on": on})

    def calendar(self) -> str:
        """One calendar entry (RFC 5545), which follows each new time."""
        return self._wire.ask("GET", self._wire.at("halls", self.hall, "calendar.ics")).text

    def give_seat(
        self, seat: str, name: str, role: shapes.Role = "speaker", *, consent: bool = False
    ) -> shapes.GivenSeat:
        """A seat on the stage, with the link for whoever takes it. Role: speaker, host, moderator.

        `consent`: they agreed elsewhere to be recorded.
        """
        body = {"seat": seat, "name": name, "role": role, "consent": consent}
        told: shapes.GivenSeat = self._call("POST", "seats", json=body)
        return told

    def free_seat(self, seat: str) -> shapes.SeatFreed:
        """Take a seat away, and the pass to it."""
        told: shapes.SeatFreed = self._call("DELETE", "seats", seat)
        return told

    def give_pass(self, role: shapes.Role, name: str, hours: int = 72) -> shapes.GivenPass:
        """A pass without a seat, and its link. `hours`: after now or the start, if later."""
        body = {"role": role, "name": name, "hours": hours}
        told: shapes.GivenPass = self._call("POST", "passes", json=body)
        return told

    def consent(self, seat: str | None = None) -> shapes.Consented:
        """Agree to be recorded, by the pass at hand; or note for a seat that they did elsewhere."""
        told: shapes.Consented = self._call("POST", "consent", json={"seat": seat})
        return told

    def people(self) -> list[shapes.Person]:
        told: shapes.People = self._call("GET", "people")
        return told["people"]

    def charge(self, role: shapes.Role, to: str | None = None) -> shapes.Floor:
        """Run the show (producer) or chair (moderator) from now on, or hand that to a person."""
        told: shapes.Floor = self._call("POST", "charge", json={"role": role, "to": to})
        return told

    def log(self) -> shapes.Log:
        """All it takes to check the log offline."""
        told: shapes.Log = self._call("GET", "log")
        return told

    def check_log(self) -> shapes.Checked:
        """What the desk finds when it checks the log itself."""
        told: shapes.Checked = self._call("GET", "log", "verify")
        return told

    def caption(
        self, text: str, *, id: str | None = None, at_ms: int | None = None
    ) -> shapes.Captioned:
        """Write what is said. `id`: yours, so that sending it again writes it once."""
        body = {"text": text, "id": id, "at_ms": at_ms}
        told: shapes.Captioned = self._call("POST", "captions", json=body)
        return told

    def captions(self) -> str:
        """All that was written so far, as WebVTT; times from the first part of the live hall."""
        return self._wire.ask("GET", self._wire.at("halls", self.hall, "captions.vtt")).text

    def events(self, tries: int = TRIES) -> Iterator[shapes.Studio | shapes.Guest]:
        """What stands, whenever it changes: a Studio with a pass for backstage, else a Guest.

        Each is the whole, so whoever missed one has the next. Goes on over broken connections;
        raises NobodyAnswers after so many tries in a row, Refused at once. Ends with the client.
        """
        return follow(self._wire, ("halls", self.hall, "events"), tries)

    def state(self) -> shapes.PublicState:
        """The public state, from the edge: what players read."""
        url = f"{self._wire.url}/h/{self.hall}/state.json"
        told: shapes.PublicState = self._wire.read(self._wire.ask("GET", url))
        return told

    def on_stage(self) -> shapes.OnStage:
        """Who the pass at hand is on this stage, from the edge; it answers without a desk."""
        url = f"{self._wire.url}/studio/{self.hall}/me.json"
        told: shapes.OnStage = self._wire.read(self._wire.ask("GET", url))
        return told

    def _hall(self, method: str, *at: str, **more: Any) -> shapes.Hall:
        told: shapes.Hall = self._call(method, *at, **more)
        return told

    def _call(self, method: str, *at: str, **more: Any) -> Any:
        return self._wire.call(method, "halls", self.hall, *at, **more)
