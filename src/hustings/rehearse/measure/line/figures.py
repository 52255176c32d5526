"""What a bad line cost, in figures: sound that came out held against what was said."""

from typing import Any

from hustings.rehearse.measure.line.judge import find
from hustings.rehearse.measure.line.loss import Heard
from hustings.rehearse.measure.line.track import Track, of_ogg, of_return, of_stream


def figures(track: Track, heard: Heard) -> dict[str, Any]:
    came_out = {
        "programme": of_stream(heard.programme),
        "recording": of_ogg(heard.recording),
        "return": of_return(heard.returned),
    }
    found = {name: find(track.marks, sound) for name, sound in came_out.items()}
    lost = {f"{name}_lost_percent": one.lost_percent for name, one in found.items()}
    return lost | {"pesq": None, "stage": heard.stage, "link": heard.link}
