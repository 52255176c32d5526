"""What everybody may see of an evening beyond its state: what is on, and time on air. Pure."""

from typing import Any

from hustings.domain.floor.air import spent_ms
from hustings.domain.hall import Hall
from hustings.domain.plan import delay_ms, schedule

DUMPS_SHOWN = 8


def evening(hall: Hall, now_ms: int) -> dict[str, Any]:
    """Names are those of seats, which are public; reasons and verdicts are not here."""
    floor, people = hall.floor, hall.people.by_id
    return {
        **on_and_next(hall, now_ms),
        "seats": [
            {
                "name": people[seat.person].name or seat.seat,
                "side": floor.sides.get(seat.person),
                "spoken_ms": floor.talked_ms.get(seat.person, 0),
            }
            for seat in floor.seats.values()
        ],
        "sides": [
            {"side": side, "spoken_ms": spent_ms(floor, side), "budget_ms": _budget_ms(hall, side)}
            for side in sides(hall)
        ],
        "hands": sum(hand.seat is None for hand in floor.hands),
        "air_delay_ms": delay_ms(hall.plan),
        "dumps": _dumps(hall),
        "captioned": hall.captions.next_no > 1,
    }


def on_and_next(hall: Hall, now_ms: int) -> dict[str, Any]:
    """The title of what is on, and what follows it, with the time it is due."""
    due = schedule(hall.plan, hall.starts_at_ms, now_ms)
    names = [each.item.item for each in due]
    at = names.index(hall.plan.on) if hall.plan.on in names else -1
    following = due[at + 1 : at + 2]
    return {
        "on": due[at].item.title if at >= 0 else None,
        "next": {"title": following[0].item.title, "starts_at_ms": following[0].starts_at_ms}
        if following
        else None,
    }


def sides(hall: Hall) -> list[str]:
    budgets = (side for side in hall.floor.budgets if side is not None)
    return sorted({*hall.floor.sides.values(), *budgets})


def _budget_ms(hall: Hall, side: str) -> int | None:
    budget = hall.floor.budgets.get(side)
    return budget.budget_ms if budget else None


def _dumps(hall: Hall) -> list[list[int]]:
    """When something would have been heard that was taken out; before the start nothing would."""
    delay, began_ms = delay_ms(hall.plan), hall.life.began_ms or 0
    last = hall.plan.dumps[-DUMPS_SHOWN:]
    return [[max(out.from_ms, began_ms) + delay, out.to_ms + delay] for out in last]
