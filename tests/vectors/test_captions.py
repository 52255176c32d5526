"""Cues of captions: what Rust makes of an evening for HLS, Python makes for its files.

The vectors are written anew by this file where HUSTINGS_WRITE_VECTORS is set.
"""

import json
import os
from pathlib import Path

import pytest

from hustings.domain.captions import Increment, cues, webvtt
from hustings.domain.captions.cut import clean, cut

FOLDER = Path(__file__).parents[2] / "spec/vectors/captions"
FIRST = 7_458_333_340
"""The first part of a segment."""
SAID = (
    (3, "Good evening, and welcome to the town hall of the old bridge and its river."),
    (17, "Tonight: <b>the mill</b> & the money --> who pays?"),
    (21, "水" * 40),
    (30, "שלום לכולם 👋🏽"),
    (52, "so"),
    (53, "we"),
    (56, "begin"),
    (105, "A long word: Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunternehmen."),
    (145, "The end."),
)


def increments():
    told, part = [], 0
    for at, typed in SAID:
        whole = clean(typed) + " "
        ends = cut(clean(typed))
        for a, b in zip([0, *ends], ends, strict=False):
            part = max(part + 1, at)
            told.append(Increment(len(told) + 1, FIRST + part, whole[a:b]))
    return told


def made():
    told = cues(increments())
    rows = [[one.no, one.part, one.text] for one in increments()]
    shown = [[cue.no, cue.start, cue.end, list(cue.rows)] for cue in told]
    return {
        "increments.json": _json(rows),
        "cues.json": _json(shown),
        "evening.vtt": webvtt(told, FIRST),
    }


def _json(rows):
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


@pytest.mark.parametrize("name", ["increments.json", "cues.json", "evening.vtt"])
def test_the_cues_of_an_evening_are_the_golden_ones(name):
    if "HUSTINGS_WRITE_VECTORS" in os.environ:
        (FOLDER / name).write_text(made()[name])

    assert (FOLDER / name).read_text() == made()[name]
