"""What a request may be at most, before any route sees it: 64 kB of JSON, or a prepared sound."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hustings.api.context import Counters
from hustings.api.problems import problem
from hustings.domain.refusals import Refused

BODY_BYTES_MAX = 64 * 1024
SOUNDS, SOUND_BYTES_MAX, SOUND_TYPE = "/api/v1/sounds", 5_000_000, b"audio/ogg"


class Bounds:
    def __init__(self, app: ASGIApp, counters: Counters) -> None:
        self._app, self._counters = app, counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._counters.count("hustings_desk_requests_total", str(message["status"]))
            await send(message)

        try:
            body = await _body(scope, receive)
        except Refused as refused:
            await problem(refused)(scope, receive, counted)
            return
        await self._app(scope, _replayed(body, receive), counted)


async def _body(scope: Scope, receive: Receive) -> bytes:
    headers = dict(scope["headers"])
    is_sound = scope["path"] == SOUNDS
    most, wanted = (
        (SOUND_BYTES_MAX, SOUND_TYPE) if is_sound else (BODY_BYTES_MAX, b"application/json")
    )
    if int(headers.get(b"content-length", b"0") or b"0") > most:
        raise Refused("body_too_large")
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > most:
            raise Refused("body_too_large")
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if body and kind != wanted:
        raise Refused("media_type")
    return body


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
