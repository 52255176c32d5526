"""Routes of the plan: the rundown, what is heard where nobody speaks, the air delay."""

from typing import Any

from fastapi import APIRouter, Request

from hustings import shapes
from hustings.api import studio
from hustings.api.auth import hall_for
from hustings.api.context import context
from hustings.api.document import answers
from hustings.api.models import AirDelay, Intended, NewRundown, PreparedSounds
from hustings.domain.plan import Item, Sounds
from hustings.domain.refusals import Refused
from hustings.domain.wishes import (
    Dump,
    IntendSilence,
    MoveRundown,
    SetAirDelay,
    SetRundown,
    SetSounds,
    Wish,
)

router = APIRouter(prefix="/api/v1/halls/{hall}", tags=["show"])


@router.get("/rundown", **answers(shapes.Plan))
async def rundown(request: Request, hall: str) -> dict[str, Any]:
    """Every piece, when it is due as things stand, and how far what is on is over."""
    known, _ = hall_for(request, hall)
    return studio.plan(known, context(request).now_ms)


@router.put("/rundown", **answers(shapes.Plan))
async def set_rundown(request: Request, hall: str, body: NewRundown) -> dict[str, Any]:
    """The whole of it, in order; also while live, but for what is on."""
    items = tuple(Item(i.item, i.kind, i.title, i.planned_ms) for i in body.items)
    return await _asked(request, hall, SetRundown(items))


@router.post("/rundown/{item}", **answers(shapes.Plan))
async def move(request: Request, hall: str, item: str) -> dict[str, Any]:
    """This piece is on now."""
    return await _asked(request, hall, MoveRundown(item))


@router.put("/sounds", **answers(shapes.Plan))
async def sounds(request: Request, hall: str, body: PreparedSounds) -> dict[str, Any]:
    """What is heard where nobody speaks: all four are chosen anew."""
    chosen, at = Sounds(**body.model_dump()), context(request)
    for sound in vars(chosen).values():
        if sound not in ("", "built-in") and at.sounds.read(sound) is None:
            raise Refused("sound_unknown")
    return await _asked(request, hall, SetSounds(chosen))


@router.put("/silence", **answers(shapes.Plan))
async def silence(request: Request, hall: str, body: Intended) -> dict[str, Any]:
    """Whether dead air is meant to be: then it is neither told nor covered."""
    return await _asked(request, hall, IntendSilence(body.on))


@router.put("/air-delay", **answers(shapes.Plan))
async def air_delay(request: Request, hall: str, body: AirDelay) -> dict[str, Any]:
    """How long what is said waits before the crowd hears it. Settled before doors."""
    return await _asked(request, hall, SetAirDelay(body.delay_ms))


@router.post("/dump", **answers(shapes.Plan))
async def dump(request: Request, hall: str) -> dict[str, Any]:
    """Take out, for everyone, what was said and is not heard yet; in the recording too."""
    return await _asked(request, hall, Dump())


async def _asked(request: Request, hall: str, wish: Wish) -> dict[str, Any]:
    known, asking = hall_for(request, hall)
    at = context(request)
    await at.desk.ask(known.hall, wish, asking.by)
    return studio.plan(at.desk.hall(known.hall), at.now_ms)
