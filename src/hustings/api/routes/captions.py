"""Routes of captions: somebody writes what is said, and the evening so far as WebVTT."""

from typing import Any

from fastapi import APIRouter, Request, Response

from hustings import shapes
from hustings.api.auth import hall_for, hall_id_or_unknown
from hustings.api.context import Context, context
from hustings.api.document import answers, answers_other
from hustings.api.models import NewCaption
from hustings.domain.captions import Post, cues, find, webvtt
from hustings.domain.events import CaptionGiven
from hustings.domain.hall import Hall, State
from hustings.domain.refusals import Refused
from hustings.domain.wishes import Say

router = APIRouter(prefix="/api/v1/halls/{hall}", tags=["captions"])

HEADERS = {"Cache-Control": "public, max-age=1", "Access-Control-Allow-Origin": "*"}
WRITTEN_MAX = 8
"""So many halls' files are kept, so that asking for one again and again costs nothing."""


@router.post("/captions", **answers(shapes.Captioned, 201))
async def say(request: Request, hall: str, body: NewCaption) -> dict[str, Any]:
    """Written once, also where it is sent again with its `id`. Answers what is carried where."""
    known, asking = hall_for(request, hall)
    desk = context(request).desk
    events = await desk.ask(known.hall, Say(body.text, body.id, body.at_ms), asking.by)
    new = next((Post.of(e) for e in events if isinstance(e, CaptionGiven)), None)
    post = new or find(desk.hall(known.hall).captions, asking.by.person, body.id)
    told = post.increments() if post else []
    return {"captions": [{"no": i.no, "part_no": i.part, "text": i.text} for i in told]}


@router.get("/captions.vtt", **answers_other("text/vtt", pass_needed=False))
async def vtt(request: Request, hall: str) -> Response:
    """The evening so far; its times count from the first part of the live hall."""
    at = context(request)
    known = at.desk.hall(hall_id_or_unknown(hall))
    if known.state is State.DRAFT:
        raise Refused("hall_unknown")
    text = _written(at, known)
    return Response(text, media_type="text/vtt; charset=utf-8", headers=HEADERS)


def _written(at: Context, hall: Hall) -> str:
    captions, text = at.written.pop(hall.hall, (None, ""))
    if captions is not hall.captions:
        text = webvtt(cues(hall.captions.said()), hall.captions.first_live or 0)
    at.written[hall.hall] = hall.captions, text
    if len(at.written) > WRITTEN_MAX:
        del at.written[next(iter(at.written))]
    return text
