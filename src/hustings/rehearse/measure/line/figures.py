"""What a bad line cost, in figures: sound that came out held against what was said."""

from typing import Any

from hustings.rehearse.measure.line import quality
from hustings.rehearse.measure.line.judge import Found, cut, find
from hustings.rehearse.measure.line.loss import Heard
from hustings.rehearse.measure.line.marks import Sound
from hustings.rehearse.measure.line.track import Track, of_ogg, of_return, of_stream


def figures(track: Track, heard: Heard) -> dict[str, Any]:
    """`pesq`: of the same voices on the bad line, and (`clean`) in the programme before that, on
    the good one. None where it was not asked for, or nothing was found."""
    came_out = {
        "programme": of_stream(heard.programme),
        "recording": of_ogg(heard.recording),
        "return": of_return(heard.returned),
    }
    found = {name: find(track.marks, sound) for name, sound in came_out.items()}
    lost = {f"{name}_lost_percent": one.lost_percent for name, one in found.items()}
    told = {name: _told(track, found[name], came_out[name]) for name in ("programme", "return")}
    pesq = {name: after for name, (_, after) in told.items()} | {"clean": told["programme"][0]}
    is_asked = len(track.speech) > 0
    return lost | {
        "pesq": pesq if is_asked else None,
        "stage": heard.stage,
        "link": heard.link,
    }


def _told(track: Track, found: Found, sound: Sound) -> tuple[float | None, float | None]:
    """PESQ before the marks, and behind them."""
    lags = [lag for lag in found.lags if lag is not None]
    ask = quality.judge()
    if ask is None or not lags or not len(track.speech):
        return None, None
    starts = (lags[0] - track.before, lags[-1] + len(track.marks))
    before, after = (
        quality.mean(ask, track.speech, cut(sound, start, len(track.speech))) for start in starts
    )
    return before, after
