"""The plan of an evening: the rundown, what is due, and the sounds prepared for it.

What is on is moved by people, or by the start of the hall; nothing here waits for anyone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from hustings.domain import events as ev
from hustings.domain.ids import PART_MS, PersonId
from hustings.domain.refusals import Refused

ITEMS_MAX = 200
TITLE_CHARS_MAX = 120
AIR_DELAY_MS = range(30_001)
DUMPS_KEPT = 64
TWICE_MS = 200
"""Two presses within it are one."""
LEAD_MS = 300
"""What is taken out begins so much after it was asked for: by then every stage knows."""
PLANNED_MS = range(1000, 24 * 3_600_000 + 1)

ITEM = r"[a-z0-9](-?[a-z0-9]){0,19}"
SHA256 = r"[0-9a-f]{64}"

_ITEM = re.compile(ITEM)
_SHA256 = re.compile(SHA256)


class Kind(StrEnum):
    OPENING = "opening"
    SEGMENT = "segment"
    QUESTIONS = "questions"
    CLOSING = "closing"


@dataclass(frozen=True)
class Item:
    item: str
    kind: Kind
    title: str
    planned_ms: int

    def told(self) -> dict[str, Any]:
        return {
            "item": self.item,
            "kind": self.kind,
            "title": self.title,
            "planned_ms": self.planned_ms,
        }


@dataclass(frozen=True)
class Sounds:
    """Each empty for none, "built-in" for the stage's own, or the SHA-256 of an Ogg Opus file."""

    opening: str = "built-in"
    pause: str = "built-in"
    closing: str = "built-in"
    tone: str = "built-in"


@dataclass(frozen=True)
class Out:
    """What was taken out, by when it was said. `no` counts from 1."""

    no: int
    from_ms: int
    to_ms: int


@dataclass(frozen=True)
class Plan:
    items: tuple[Item, ...] = ()
    on: str | None = None
    """The piece that is on now."""
    since_ms: int = 0
    sounds: Sounds = field(default_factory=Sounds)
    silence_intended: bool = False
    air_delay_ms: int = 0
    dumps: tuple[Out, ...] = ()
    """The last ones."""
    dumped: int = 0
    """How many there were."""


@dataclass(frozen=True)
class Due:
    """One piece and when it is due as things stand: planned lengths from what is on now."""

    item: Item
    starts_at_ms: int | None
    """None: it is over, or nobody knows when anything begins."""
    over_ms: int
    """How far past its planned length the piece that is on is; 0 for all others."""


def set_items(plan: Plan, items: tuple[Item, ...], *, by: PersonId, now_ms: int) -> list[ev.Event]:
    if len(items) > ITEMS_MAX:
        raise Refused("field_invalid", f"items: at most {ITEMS_MAX}.")
    names = [item.item for item in items]
    if len(set(names)) < len(names):
        raise Refused("field_invalid", "items: each has a name of its own.")
    for item in items:
        _must_be_sound(item)
    if plan.on is not None and plan.on not in names:
        raise Refused("rundown_on", f"{plan.on}")
    if items == plan.items:
        return []
    told = tuple(item.told() for item in items)
    return [ev.RundownSet(items=told, by=by, at_ms=now_ms)]


def move_to(plan: Plan, item: str, *, by: PersonId, now_ms: int) -> list[ev.Event]:
    if item not in {known.item for known in plan.items}:
        raise Refused("item_unknown", item if _ITEM.fullmatch(item) else "")
    if item == plan.on:
        return []
    return [ev.RundownMoved(item=item, by=by, at_ms=now_ms)]


def set_sounds(plan: Plan, sounds: Sounds, *, by: PersonId, now_ms: int) -> list[ev.Event]:
    chosen = vars(sounds)
    for name, sound in chosen.items():
        if sound not in ("", "built-in") and not _SHA256.fullmatch(sound):
            raise Refused("field_invalid", f'{name}: "", "built-in" or a SHA-256 in hex.')
    if sounds == plan.sounds:
        return []
    return [ev.SoundsSet(**chosen, by=by, at_ms=now_ms)]


def intend_silence(plan: Plan, *, on: bool, by: PersonId, now_ms: int) -> list[ev.Event]:
    if on == plan.silence_intended:
        return []
    return [ev.SilenceIntended(on=on, by=by, at_ms=now_ms)]


def set_air_delay(plan: Plan, delay_ms: int, *, by: PersonId, now_ms: int) -> list[ev.Event]:
    if delay_ms not in AIR_DELAY_MS:
        raise Refused("field_invalid", f"air_delay_ms: 0 to {AIR_DELAY_MS[-1]}.")
    if delay_ms == plan.air_delay_ms:
        return []
    return [ev.AirDelaySet(delay_ms=delay_ms, by=by, at_ms=now_ms)]


def delay_ms(plan: Plan) -> int:
    """What the air delay comes to: a whole number of parts."""
    return -(-plan.air_delay_ms // PART_MS) * PART_MS


def dump(plan: Plan, window_ms: int, *, by: PersonId, now_ms: int) -> list[ev.Event]:
    """All that was said and is not heard yet, but for what is on its way out already."""
    if not plan.air_delay_ms:
        raise Refused("no_air_delay")
    if plan.dumps and 0 <= now_ms - plan.dumps[-1].to_ms < TWICE_MS:
        return []
    from_ms = now_ms + LEAD_MS - window_ms - delay_ms(plan)
    return [ev.Dumped(from_ms=from_ms, to_ms=now_ms, by=by, at_ms=now_ms)]


def begins(plan: Plan, at_ms: int) -> Plan:
    """The hall goes live: so does its first piece."""
    if plan.on is not None or not plan.items:
        return plan
    return replace(plan, on=plan.items[0].item, since_ms=at_ms)


def schedule(plan: Plan, starts_at_ms: int | None, now_ms: int) -> list[Due]:
    """Every piece, and when it is due. What is on late moves all that follows."""
    names = [item.item for item in plan.items]
    at = names.index(plan.on) if plan.on in names else -1
    due: list[Due] = [Due(item, None, 0) for item in plan.items[: max(at, 0)]]
    next_ms = starts_at_ms
    for item in plan.items[max(at, 0) :]:
        over_ms = 0
        if item.item == plan.on:
            next_ms = plan.since_ms
            over_ms = max(now_ms - plan.since_ms - item.planned_ms, 0)
        due.append(Due(item, next_ms, over_ms))
        if next_ms is not None:
            next_ms += item.planned_ms + over_ms
    return due


def evolve(plan: Plan, event: ev.Event) -> Plan:
    match event:
        case ev.RundownSet(items=items):
            return replace(plan, items=tuple(map(_read, items)))
        case ev.RundownMoved(item=item, at_ms=at_ms):
            return replace(plan, on=item, since_ms=at_ms)
        case ev.SoundsSet(opening=opening, pause=pause, closing=closing, tone=tone):
            return replace(plan, sounds=Sounds(opening, pause, closing, tone))
        case ev.SilenceIntended(on=on):
            return replace(plan, silence_intended=on)
        case ev.AirDelaySet(delay_ms=delay):
            return replace(plan, air_delay_ms=delay)
        case ev.Dumped(from_ms=from_ms, to_ms=to_ms):
            no = plan.dumped + 1
            dumps = (*plan.dumps, Out(no, from_ms, to_ms))[-DUMPS_KEPT:]
            return replace(plan, dumps=dumps, dumped=no)
    return plan


def _read(told: Mapping[str, Any]) -> Item:
    return Item(told["item"], Kind(told["kind"]), told["title"], told["planned_ms"])


def _must_be_sound(item: Item) -> None:
    if not _ITEM.fullmatch(item.item):
        raise Refused("field_invalid", "item: 1 to 20 of a-z, 0-9 and single hyphens between them.")
    if not (item.title and len(item.title) <= TITLE_CHARS_MAX and item.title.isprintable()):
        raise Refused("field_invalid", f"title: 1 to {TITLE_CHARS_MAX} printable characters.")
    if item.planned_ms not in PLANNED_MS:
        raise Refused("field_invalid", "planned_ms: from a second to a day.")
