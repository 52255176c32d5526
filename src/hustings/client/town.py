"""The town hall as a whole: its halls, its owners, and what belongs to no one hall."""

from datetime import datetime
from typing import Any, Self

import httpx
from typing_extensions import TypedDict, Unpack

from hustings import shapes
from hustings.client.hall import Hall
from hustings.client.wire import Wire

OWNER_COOKIE = "hustings_owner"


class NewHall(TypedDict, total=False):
    """What a hall may be created with, besides its title."""

    hall: str
    """Its address. Made of the title where left out."""
    starts_at: datetime
    """With an offset from UTC."""
    window_ms: int
    """Repair window of its speakers."""
    air_delay_ms: int
    """How long what is said waits before the crowd hears it."""
    record: bool
    series: str
    """The body that meets again: /s/{series}."""
    led: bool
    """Whether seats wait to be brought up."""


class Client:
    """Speaks to the town hall at `url` with one pass. Use it with `with`, or close it.

    `token`: the pass, as it stands in a link after `pass=`; none for what the public sees.
    `api`: the desk's own address, where that is not the one of the pages.
    `http`: an httpx.Client of yours, for certificates, proxies and timeouts.
    """

    def __init__(
        self, url: str, token: str = "", *, api: str = "", http: httpx.Client | None = None
    ) -> None:
        self._wire = Wire(url, token, api, http)

    @property
    def url(self) -> str:
        return self._wire.url

    @property
    def token(self) -> str:
        return self._wire.token

    def hall(self, hall: str) -> Hall:
        """A hold on the hall at this address; asks nothing yet."""
        return Hall(self._wire, hall)

    def halls(self) -> list[shapes.Hall]:
        """What is announced, on or over; drafts too, with a pass for every hall."""
        told: shapes.Halls = self._wire.call("GET", "halls")
        return told["halls"]

    def create(self, title: str, **more: Unpack[NewHall]) -> shapes.Hall:
        """As a draft, which only those backstage see."""
        body: dict[str, Any] = {"title": title, **more}
        if "starts_at" in more:
            body["starts_at"] = more["starts_at"].isoformat()
        told: shapes.Hall = self._wire.call("POST", "halls", json=body)
        return told

    def me(self, hall: str | None = None) -> shapes.Me:
        """Who the pass at hand makes me, in all halls or at one."""
        params = {} if hall is None else {"hall": hall}
        told: shapes.Me = self._wire.call("GET", "me", params=params)
        return told

    def erase(self, person: str) -> shapes.Erased:
        """Erase what the log holds about somebody. Cannot be undone."""
        told: shapes.Erased = self._wire.call("DELETE", "people", person)
        return told

    def keep_sound(self, ogg_opus: bytes) -> str:
        """Upload a prepared sound (5 MB and 5 minutes at most); its name, for `Show.prepare`."""
        headers = {"Content-Type": "audio/ogg"}
        told: shapes.SoundKept = self._wire.call("PUT", "sounds", content=ogg_opus, headers=headers)
        return told["sound"]

    def sound(self, sound: str) -> bytes:
        """A prepared sound, by its name."""
        return self._wire.ask("GET", self._wire.at("sounds", sound)).content

    def owner_link(self) -> str:
        """A new one-time link, for an owner to hand to another."""
        told: shapes.OwnerLink = self._wire.call("POST", "owner-links")
        return told["url"]

    def use_owner_link(self, link: str) -> shapes.LinkUsed:
        """Spend a one-time link, whole or by its last piece; from then on this is an owner."""
        token = link.rstrip("/").rpartition("/")[2]
        answer = self._wire.ask("POST", self._wire.at("owner-link"), json={"token": token})
        self._wire.token = answer.cookies[OWNER_COOKIE]
        told: shapes.LinkUsed = self._wire.read(answer)
        return told

    def close(self) -> None:
        """Ends everything that was begun here, events that are being followed too."""
        self._wire.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
