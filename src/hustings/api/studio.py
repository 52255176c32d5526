"""Halls as their staff and their guests on stage see them: floor, hands, time, plan. Pure."""

from typing import Any

from hustings.api import views
from hustings.desk.evening import on_and_next, sides
from hustings.desk.lines import seat_line
from hustings.desk.watch import Watch
from hustings.domain.floor import hands
from hustings.domain.floor.air import spent_ms
from hustings.domain.hall import Hall
from hustings.domain.ids import PersonId
from hustings.domain.plan import schedule
from hustings.domain.roles import Role


def studio(hall: Hall, watch: Watch, origin: str, now_ms: int) -> dict[str, Any]:
    """All that those backstage see, and the time it is seen at."""
    return {
        **views.public(hall, origin),
        **views.backstage(hall, watch, now_ms),
        "floor": floor(hall, watch, now_ms),
        "plan": plan(hall, now_ms),
        "air": watch.air(hall.hall, now_ms),
        "cancel_asked": vars(hall.life.cancel_asked) if hall.life.cancel_asked else None,
        "in_charge": {role: person for role, person in hall.people.in_charge.items()},
        "now_ms": now_ms,
    }


def floor(hall: Hall, watch: Watch, now_ms: int) -> dict[str, Any]:
    people, waiting = hall.people.by_id, hands.waiting(hall.floor)
    return {
        "led": hall.floor.led,
        "seats": seats(hall, watch, now_ms),
        "hands": [
            {
                "person": hand.person,
                "name": people[hand.person].name,
                "reason": hand.reason,
                "raised_ms": hand.at_ms,
                "position": waiting.get(hand.person),
                "seat": hand.seat,
            }
            for hand in hall.floor.hands
        ],
        "time": time_kept(hall),
    }


def seats(
    hall: Hall, watch: Watch, now_ms: int, only: PersonId | None = None
) -> list[dict[str, Any]]:
    """All of them, or only those of one person."""
    proofs = watch.proofs(hall.hall, now_ms)
    lines = {line.get("seat"): line for line in watch.lines(hall.hall, now_ms)}
    kept = hall.floor
    return [
        {
            **seat_line(kept, seat, proofs.get(seat.seat), lines.get(seat.seat)),
            "name": hall.people.by_id[seat.person].name,
            "side": kept.sides.get(seat.person),
            "spoken_ms": kept.talked_ms.get(seat.person, 0),
        }
        for seat in kept.seats.values()
        if only in (None, seat.person)
    ]


def time_kept(hall: Hall) -> dict[str, Any]:
    """Voice on air by person and by side, ms, beside what each may spend."""
    kept, budgets = hall.floor, hall.floor.budgets
    each = budgets.get(None)
    return {
        "each": vars(each) if each else None,
        "people": [
            {"person": person, "side": kept.sides.get(person), "spoken_ms": ms}
            for person, ms in sorted(kept.talked_ms.items())
        ],
        "sides": [
            {
                "side": side,
                "spoken_ms": spent_ms(kept, side),
                "budget": vars(budgets[side]) if side in budgets else None,
            }
            for side in sides(hall)
        ],
    }


def plan(hall: Hall, now_ms: int) -> dict[str, Any]:
    due = schedule(hall.plan, hall.starts_at_ms, now_ms)
    return {
        "on": hall.plan.on,
        "items": [
            {**each.item.told(), "starts_at_ms": each.starts_at_ms, "over_ms": each.over_ms}
            for each in due
        ],
        "sounds": vars(hall.plan.sounds),
        "silence_intended": hall.plan.silence_intended,
        "air_delay_ms": hall.plan.air_delay_ms,
        "dumps": [vars(out) for out in hall.plan.dumps],
    }


def guest(hall: Hall, watch: Watch, person: PersonId, now_ms: int) -> dict[str, Any]:
    """What one on stage, or on the way there, sees: their own line, and what is on."""
    spoken_ms = hall.floor.talked_ms.get(person, 0)
    each = hall.floor.budgets.get(None)
    return {
        "hall": hall.hall,
        "state": hall.state,
        "since_ms": hall.since_ms,
        "starts_at_ms": hall.starts_at_ms,
        "air_delay_ms": hall.plan.air_delay_ms,
        **on_and_next(hall, now_ms),
        "seats": seats(hall, watch, now_ms, person),
        "spoken_ms": spoken_ms,
        "budget": vars(each) if each else None,
        "now_ms": now_ms,
    }


def own_hand(hall: Hall, person: PersonId, origin: str, token: str | None) -> dict[str, Any]:
    hand = hands.hand_of(hall.floor, person)
    return {
        "raised": hand is not None,
        "position": hands.position(hall.floor, person),
        "waiting": sum(hand.seat is None for hand in hall.floor.hands),
        "seat": hand.seat if hand else None,
        "studio_url": views.pass_url(origin, hall.hall, Role.SPEAKER, token) if token else None,
    }
