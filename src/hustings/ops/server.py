"""Serves the application until it is told to stop (SIGTERM, SIGINT)."""

import uvicorn
from starlette.types import ASGIApp

GRACE_S = 3


async def serve(app: ASGIApp, host: str, port: int, grace_s: int = GRACE_S) -> None:
    """Answers under way have `grace_s` to end by themselves; endless ones need none."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,  # Addresses of people, and nothing an operator needs.
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=grace_s,
    )
    await uvicorn.Server(config).serve()
