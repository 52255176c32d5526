"""The application: routes, bounds and refusals put together, and what operators look at."""

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from hustings import __version__
from hustings.api import docs, document, problems
from hustings.api.bounds import Bounds
from hustings.api.context import Context, context
from hustings.api.routes import (
    captions,
    floor,
    halls,
    hand,
    live,
    log,
    owner,
    people,
    show,
    sounds,
)

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def build(at: Context) -> FastAPI:
    app = FastAPI(
        title="hustings",
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.context = at
    problems.install(app)
    app.add_middleware(Bounds, counters=at.counters)
    # Before halls: its {move} would take `seats` and `passes` for unknown moves.
    for part in (people, log, owner, live, sounds, floor, captions, hand, show, halls):
        app.include_router(part.router)
    _for_operators(app)
    _for_readers(app)
    document.install(app)
    return app


def _for_readers(app: FastAPI) -> None:
    @app.get("/docs", include_in_schema=False)
    async def docs_page() -> Response:
        headers = {"Content-Security-Policy": docs.POLICY}
        return HTMLResponse(docs.page(app.openapi()), headers=headers)


def _for_operators(app: FastAPI) -> None:
    @app.get("/livez", include_in_schema=False)
    async def livez() -> dict[str, Any]:
        return {"live": True}

    @app.get("/readyz", include_in_schema=False)
    async def readyz(request: Request) -> Response:
        """Ready: halls can be hosted. Who listens or speaks does not depend on it."""
        at = context(request)
        ready = at.connected()
        nodes = [node.node for node in at.watch.nodes(at.now_ms)]
        told = {"ready": ready, "bus": ready, "nodes": nodes}
        return JSONResponse(told, status_code=200 if ready else 503)

    @app.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        return Response(context(request).counters.render(), media_type=METRICS_TYPE)
