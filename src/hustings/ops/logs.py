"""Log lines: `time level event key=value…` on standard error, as the media plane writes them.

An exception is told by its type and where it came from, never by its message: messages quote what
people typed.
"""

import logging
import sys
import traceback
from datetime import UTC, datetime


class EventFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = f"{at.replace('+00:00', 'Z')} {record.levelname.lower()} {record.getMessage()}"
        if record.exc_info and record.exc_info[1]:
            line += f" error={_where(record.exc_info[1])}"
        return line


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[-6:]]
    return f"{type(error).__name__} at={'>'.join(places)}"


def start() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(EventFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("hustings").setLevel(logging.INFO)
    # The bus tells of its own losses (fleet/bus.py); this would add a traceback to each.
    logging.getLogger("nats").setLevel(logging.CRITICAL)
    # To end endless answers is how a packager stops, and no error.
    logging.getLogger("uvicorn.error").addFilter(lambda told: "timeout graceful" not in told.msg)
