"""Every "no" as problem+json (RFC 9457): ours, the framework's own, and faults.

A refusal is an answer, not an error; only a fault is logged.
"""

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from hustings.api.context import context
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

    @app.exception_handler(Exception)
    async def fault(request: Request, error: Exception) -> Response:
        context(request).counters.count("hustings_desk_faults_total")
        _log.error("api.fault", exc_info=error)
        return problem(Refused("fault"))
