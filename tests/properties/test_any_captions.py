"""Whatever is typed: nothing is lost between the increments, each fits, and WebVTT stays WebVTT."""

import json
import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from hustings.domain.captions import Increment, cues, webvtt
from hustings.domain.captions.cues import HOLD_PARTS, ROW_CHARS, ROWS
from hustings.domain.captions.cut import INCREMENT_BYTES_MAX, clean, cut

ANYTHING = st.text(max_size=200) | st.text(
    alphabet='ab \u6c34\u05d0\u0301\u200d\u200c\U0001f468\U0001f3fd\U0001f1e8\u094d\u0915"\\<&>-',
    max_size=200,
)


@settings(max_examples=500, deadline=None, database=None)
@given(ANYTHING)
def test_increments_laid_end_to_end_are_the_text_and_each_fits(typed):
    text = clean(typed)
    if not text:
        return
    ends = cut(text)

    pieces = [(text + " ")[a:b] for a, b in zip([0, *ends], ends, strict=False)]

    assert "".join(pieces) == text + " "
    for piece in pieces:
        assert 0 < len(json.dumps(piece, ensure_ascii=False).encode()) - 2 <= INCREMENT_BYTES_MAX
        assert piece.strip(" "), "an increment shows something"
        assert not piece.startswith(" ")


@settings(max_examples=200, deadline=None, database=None)
@given(ANYTHING)
def test_what_is_cleaned_is_clean(typed):
    text = clean(typed)

    assert clean(text) == text
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


@settings(max_examples=200, deadline=None, database=None)
@given(st.lists(st.tuples(st.integers(1, 40), ANYTHING), max_size=30))
def test_cues_are_in_order_short_enough_and_read_as_webvtt(spaced):
    given_, part = [], 0
    for gap, typed in spaced:
        part += gap
        if text := clean(typed)[:20]:
            given_.append(Increment(len(given_) + 1, part, text + " "))

    told = cues(given_)

    assert [cue.no for cue in told] == [one.no for one in given_]
    for cue, after in pairwise(told):
        assert cue.start < cue.end <= min(after.start, cue.start + HOLD_PARTS)
    for cue in told:
        assert len(cue.rows) <= ROWS
        assert all(len(row.rstrip(" ")) <= ROW_CHARS for row in cue.rows)
    blocks = webvtt(told, 0).removeprefix("WEBVTT\n").split("\n\n")
    assert len([block for block in blocks if block.strip("\n")]) == len(told)
    for block in blocks:
        assert block.count("-->") <= 1
        assert "<" not in block
