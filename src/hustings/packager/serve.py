"""What edges ask a packager for: `GET /h/{hall}/aac.mp4?from={ll_no}` (spec/live.md)."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from hustings import spec
from hustings.packager.workshop import Workshop

REFUSALS = spec.table("refusals")


def build(workshop: Workshop) -> Starlette:
    async def aac(request: Request) -> Response:
        made = workshop.renditions.get(request.path_params["hall"])
        if made is None:
            return _problem("hall_unknown")
        first = request.query_params.get("from", "0")
        if not (first.isascii() and first.isdigit()):
            return _problem("request_unreadable")
        # Media time fits 64 bits; more digits than that are no number of ours.
        body = made.shelf.stream(int(first[:20]))
        kept = {"Cache-Control": "no-store"}
        return StreamingResponse(body, media_type='audio/mp4; codecs="mp4a.40.2"', headers=kept)

    async def livez(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    return Starlette(routes=[Route("/h/{hall}/aac.mp4", aac), Route("/livez", livez)])


def _problem(code: str) -> Response:
    row = REFUSALS[code]
    told = {
        "type": f"urn:hustings:refusal:{code}",
        "title": row["sentence"],
        "status": row["status"],
        "code": code,
        "next": row["next"],
    }
    return JSONResponse(told, row["status"], media_type="application/problem+json")
