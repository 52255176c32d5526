"""Routes of prepared sounds, by the hash of what is in them: uploaded once, fetched by stages."""

from typing import Any

from fastapi import APIRouter, Request, Response

from hustings import shapes
from hustings.api.auth import caller_at
from hustings.api.context import context
from hustings.api.document import answers, answers_other
from hustings.domain.refusals import Refused
from hustings.domain.roles import Power

router = APIRouter(prefix="/api/v1/sounds", tags=["show"])


@router.put("", **answers(shapes.SoundKept, 201))
async def keep(request: Request, hall: str | None = None) -> dict[str, Any]:
    """Ogg Opus, at most 5 MB and 5 minutes; answers its name. By a hall's cookie: say `hall`."""
    caller_at(request, hall).must(Power.PLAN)
    return {"sound": context(request).sounds.keep(await request.body())}


@router.get("/{sound}", **answers_other("audio/ogg", pass_needed=False))
async def read(request: Request, sound: str) -> Response:
    """A prepared sound, by its name. It never changes."""
    data = context(request).sounds.read(sound)
    if data is None:
        raise Refused("sound_unknown")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(data, media_type="audio/ogg", headers=headers)
