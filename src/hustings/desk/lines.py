"""What stands in the way of each seat's line: a verdict, its reason and its mend. Pure.

The stage measures (spec/node.md, "proof"); the thresholds are here, the words in
spec/verdicts.toml.
"""

from collections.abc import Mapping
from typing import Any

from hustings import spec
from hustings.domain.floor import Floor, Seat, is_proven, lines_of, on_air

VERDICTS = spec.table("verdicts")

SPEECH_MS = 1000
"""So much speech is somebody speaking, and no cough."""
QUIET_MS = 8000
"""Whoever is asked to speak and is not heard for so long is told so."""
CLIPPING_PCT = 1.0
LOST_PCT = 10.0
NOISE_DB = -35


_NUMBER = (int, float)
_PROOF: Mapping[str, type | tuple[type, ...]] = {
    "line": str,
    "seat": str,
    "speech_ms": int,
    "quiet_ms": int,
    "clipping_pct": _NUMBER,
    "lost_pct": _NUMBER,
    "noise_db": _NUMBER,
    "muted": bool,
    "hears": str,
}


def is_told(report: Any) -> bool:
    """Whether a stage sent what the contract knows."""
    return isinstance(report, dict) and all(
        isinstance(report.get(name), kind) for name, kind in _PROOF.items()
    )


def is_proof(report: Mapping[str, Any]) -> bool:
    spoke = report["speech_ms"] >= SPEECH_MS and not report["muted"]
    return spoke and report["hears"] in ("confirmed", "echo")


def seat_line(
    floor: Floor, seat: Seat, report: Mapping[str, Any] | None, line: Mapping[str, Any] | None
) -> dict[str, Any]:
    """`report`: the proof of its best line; `line`: how that stands. None: nobody says."""
    proven = is_proven(floor, seat.seat)
    verdict = _verdict(floor, seat, report, line)
    told = VERDICTS[verdict]
    return {
        "seat": seat.seat,
        "person": seat.person,
        "standing": _standing(floor, seat, proven=proven),
        "muted": seat.muted,
        "suppressed": seat.suppressed,
        "proven": proven,
        "verdict": verdict,
        "sentence": told["sentence"],
        "mend": told["mend"],
        "measured": dict(report) if report else None,
    }


def _standing(floor: Floor, seat: Seat, *, proven: bool) -> str:
    if on_air(floor, seat):
        return "on_air"
    if seat.spent:
        return "spent"
    return "ready" if proven else "green_room"


def _verdict(
    floor: Floor, seat: Seat, report: Mapping[str, Any] | None, line: Mapping[str, Any] | None
) -> str:
    if not lines_of(floor, seat.seat) and line is None:
        return "absent"
    if report is None:
        return "silent" if line is None or not line.get("heard") else "one_way"
    if report["muted"]:
        return "muted"
    dead = on_air(floor, seat) and line is not None and line.get("heard") is False
    if dead or report["speech_ms"] < SPEECH_MS or report["quiet_ms"] >= QUIET_MS:
        return "silent"
    if report["hears"] == "no":
        return "one_way"
    return _quality(report)


def _quality(report: Mapping[str, Any]) -> str:
    if report["clipping_pct"] > CLIPPING_PCT:
        return "clipping"
    if report["lost_pct"] > LOST_PCT:
        return "losing"
    return "noisy" if report["noise_db"] > NOISE_DB else "proven"
