"""Halls as people may see them: the public part, and what those backstage see besides. Pure."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from hustings.desk.orders import seat_told
from hustings.desk.watch import Watch
from hustings.domain.hall import Hall
from hustings.domain.ids import HALL_CHARS_MAX, HallId
from hustings.domain.roles import Role


def iso(ms: int | None) -> str | None:
    if ms is None:
        return None
    at = datetime.fromtimestamp(ms / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def public(hall: Hall, origin: str) -> dict[str, Any]:
    return {
        "hall": hall.hall,
        "title": hall.title,
        "state": hall.state,
        "since_ms": hall.since_ms,
        "starts_at_ms": hall.starts_at_ms,
        "starts_at": iso(hall.starts_at_ms),
        "window_ms": hall.window_ms,
        "recorded": hall.recorded,
        "seats": [seat_told(hall, seat, with_name=True) for seat in hall.floor.seats],
        "series": hall.series,
        "cancelled": hall.life.cancelled,
        "listen_url": f"{origin}/h/{hall.hall}",
        "studio_url": f"{origin}/studio/{hall.hall}",
    }


def backstage(hall: Hall, watch: Watch, now_ms: int) -> dict[str, Any]:
    nodes = watch.nodes(now_ms)
    return {
        "lines": watch.lines(hall.hall, now_ms),
        "audience": watch.audience(hall.hall, now_ms),
        "headroom": watch.headroom(now_ms),
        "nodes": [
            {"node": n.node, "role": n.role, "heard_ms_ago": now_ms - n.at_ms} for n in nodes
        ],
        "people": [each for each in people(hall) if each["role"] != Role.LISTENER or each["seat"]],
        "recording": watch.recording(hall.hall, now_ms),
        "consents": [seat.seat for seat in hall.floor.seats.values() if seat.consented],
    }


def calendar(hall: Hall, origin: str, now_ms: int) -> str:
    """RFC 5545: one event of an hour, the same one after each new time."""
    assert hall.starts_at_ms is not None
    starts_at = datetime.fromtimestamp(hall.starts_at_ms / 1000, UTC)
    event = Event()
    event.add("uid", f"{hall.hall}@{urlsplit(origin).hostname}")
    event.add("sequence", hall.life.times)
    event.add("dtstamp", datetime.fromtimestamp(now_ms / 1000, UTC))
    event.add("dtstart", starts_at)
    event.add("duration", timedelta(hours=1))
    event.add("summary", hall.title)
    event.add("url", f"{origin}/h/{hall.hall}")
    event.add("status", "CANCELLED" if hall.life.cancelled else "CONFIRMED")
    book = Calendar()
    book.add("prodid", "-//hustings//town halls//EN")
    book.add("version", "2.0")
    book.add_component(event)
    return bytes(book.to_ical()).decode()


def people(hall: Hall) -> list[dict[str, Any]]:
    seats = {seat.person: seat.seat for seat in hall.floor.seats.values()}
    return [
        {
            "person": person.person,
            "role": person.role,
            "name": person.name,
            "seat": seats.get(person.person),
            "erased": person.erased,
            "passes": len(person.passes),
        }
        for person in hall.people.by_id.values()
    ]


def pass_url(origin: str, hall: str, role: Role, token: str) -> str:
    """Listeners go to their page, everyone else to the studio (spec/live.md, "Passes")."""
    place = "h" if role is Role.LISTENER else "studio"
    return f"{origin}/{place}/{hall}?pass={token}"


def slug(title: str) -> HallId:
    """An address made of a title: `Town hall, März 2027` becomes `town-hall-marz-2027`."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return HallId(words[:HALL_CHARS_MAX].strip("-") or "hall")
