"""Serves the application until it is told to stop (SIGTERM, SIGINT)."""

import uvicorn
from fastapi import FastAPI

GRACE_S = 3


async def serve(app: FastAPI, host: str, port: int) -> None:
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,  # Addresses of people, and nothing an operator needs.
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    await uvicorn.Server(config).serve()
