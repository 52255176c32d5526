"""Every "no" as problem+json (RFC 9457): ours, the framework's own, and faults.

A refusal is an answer, not an error; only a fault is logged.
"""

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hustings.api.context import context
from hustings.desk.ports import Unwritable
from hustings.domain.refusals import Refused

_log = logging.getLogger(__name__)
_UNAUTHORIZED = 401

OF_STATUS = {
    400: "request_unreadable",
    404: "not_found",
    405: "method_unknown",
    413: "body_too_large",
    415: "media_type",
    422: "field_invalid",
}


def problem(refused: Refused, headers: Mapping[str, str] | None = None) -> JSONResponse:
    refusal = refused.refusal
    body = {
        "type": f"urn:hustings:refusal:{refusal.code}",
        "title": refusal.sentence,
        "status": refusal.status,
        "detail": refused.detail or refusal.sentence,
        "code": refusal.code,
        "next": refusal.next,
    }
    extra = {"WWW-Authenticate": "Bearer"} if refusal.status == _UNAUTHORIZED else {}
    return JSONResponse(
        body,
        status_code=refusal.status,
        headers={**(headers or {}), **extra, "Cache-Control": "no-store"},
        media_type="application/problem+json",
    )


def install(app: FastAPI) -> None:
    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        context(request).counters.count("hustings_desk_refusals_total", error.code)
        return problem(error)

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> Response:
        code = OF_STATUS.get(error.status_code, "request_unreadable")
        return problem(Refused(code), error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return problem(Refused("request_unreadable", "The body is not JSON."))
        # Names the field and what is wrong with it, and never repeats what was sent.
        where = ".".join(str(part) for part in first["loc"][1:]) or "body"
        return problem(Refused("field_invalid", f"{where}: {first['msg']}."))

    @app.exception_handler(Unwritable)
    async def unwritable(request: Request, error: Unwritable) -> Response:
        context(request).counters.count("hustings_desk_faults_total")
        _log.error("desk.log_unwritable reason=%s", str(error).replace(" ", "_"))
        return problem(Refused("log_unwritable", f"It says: {error}."))

    app.add_middleware(Faults)


class Faults:
    """A bug of ours is answered like everything else, and the connection goes on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:  # Whatever it was, somebody waits for an answer.
            if scope["type"] != "http" or begun:
                raise
            context(Request(scope)).counters.count("hustings_desk_faults_total")
            _log.error("api.fault", exc_info=error)
            await problem(Refused("fault"))(scope, receive, send)
