"""What stands, as it changes: server-sent events for the studio and for guests.

Each message is the whole of what the pass at hand may see; whoever missed one has the next.
"""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from hustings.api import studio
from hustings.api.auth import Caller, hall_for
from hustings.api.context import Context, context
from hustings.api.document import answers_other
from hustings.desk.invitations import seat_pass
from hustings.domain.ids import HallId
from hustings.domain.refusals import Refused
from hustings.domain.roles import Power

router = APIRouter(prefix="/api/v1/halls", tags=["live"])

LOOK_MS = 100
"""So often it is looked whether anything happened."""
ANEW_MS = 1000
"""What is measured, and written down nowhere, is told this often."""
READERS_MAX = 500
FOR_STAFF = 100
"""Of these, so many are kept for those backstage."""


@router.get("/{hall}/events", **answers_other("text/event-stream"))
async def events(request: Request, hall: str) -> StreamingResponse:
    """JSON in each message, always the whole: a Studio, or a Guest with their own seat and hand."""
    known, asking = hall_for(request, hall)
    at = context(request)
    kept = 0 if asking.may(Power.BACKSTAGE) else FOR_STAFF
    if at.readers >= READERS_MAX - kept:
        raise Refused("readers_full")
    told = _view(at, known.hall, asking)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(at, told), media_type="text/event-stream", headers=headers)


def _view(at: Context, hall: HallId, asking: Caller) -> Callable[[], dict[str, Any]]:
    def staff() -> dict[str, Any]:
        return studio.studio(at.desk.hall(hall), at.watch, at.public, at.now_ms)

    def guest() -> dict[str, Any]:
        known, person = at.desk.hall(hall), asking.by.person
        own = studio.own_hand(known, person, at.public, seat_pass(at.desk, known, person))
        return {**studio.guest(known, at.watch, person, at.now_ms), "hand": own}

    return staff if asking.may(Power.BACKSTAGE) else guest


async def _stream(at: Context, view: Callable[[], dict[str, Any]]) -> AsyncIterator[str]:
    at.readers += 1
    seen, told_ms, before = -1, 0, ""
    try:
        while True:
            now_ms, revision = at.now_ms, at.desk.revision
            if revision != seen or now_ms - told_ms >= ANEW_MS:
                seen, told_ms = revision, now_ms
                text = json.dumps(view(), ensure_ascii=False, separators=(",", ":"))
                yield f"data: {text}\n\n" if text != before else ": still here\n\n"
                before = text
            await at.desk.ports.clock.sleep_ms(LOOK_MS)
    finally:
        at.readers -= 1
