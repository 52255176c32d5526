"""Canonical JSON (RFC 8785), for the values the log holds: no floats, integers within 2^53."""

import json
from typing import Any

INTEGER_MAX = 2**53 - 1


def canonical(value: Any) -> bytes:
    """Raises ValueError for what has no one canonical form here."""
    return json.dumps(
        _ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode("utf-8")


def _ordered(value: Any) -> Any:
    match value:
        case None | bool() | str():
            return value
        case int() if abs(value) <= INTEGER_MAX:
            return int(value)
        case list() | tuple():
            return [_ordered(item) for item in value]
        case dict() if all(isinstance(key, str) for key in value):
            # RFC 8785, 3.2.3: keys in the order of their UTF-16 code units.
            keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
            return {key: _ordered(value[key]) for key in keys}
    raise ValueError(f"no canonical form for {type(value).__name__}")
