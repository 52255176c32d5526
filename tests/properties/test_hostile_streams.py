"""Whatever a peer sends, the packager's reader gives parts or one kind of fault."""

import json
from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hustings.parts.stream import Part, Splitter, StreamFault
from hustings.recorder.folder import whole_parts

CMAF = Path(__file__).parents[2] / "spec/vectors/cmaf"
STREAM = (CMAF / "header.bin").read_bytes() + 3 * (CMAF / "part.bin").read_bytes()


def read(*pieces: bytes) -> list[Part]:
    splitter = Splitter()
    return [part for piece in pieces for part in splitter.handle(piece)]


@given(st.lists(st.integers(1, 400), min_size=1))
def test_a_stream_reads_the_same_however_it_is_cut(sizes):
    pieces, at, turn = [], 0, 0
    while at < len(STREAM):
        size = sizes[turn % len(sizes)]
        pieces.append(STREAM[at : at + size])
        at, turn = at + size, turn + 1

    assert read(*pieces) == read(STREAM)
    assert len(read(STREAM)) == 3


@given(st.integers(0, len(STREAM)), st.binary(max_size=60))
def test_a_damaged_stream_is_parts_or_a_fault(at, noise):
    try:
        found = read(STREAM[:at] + noise + STREAM[at + len(noise) :])
    except StreamFault:
        return

    assert all(len(part.packets) == 12 for part in found)
    assert all(part.since is None or isinstance(part.since, int) for part in found)


@given(st.binary(max_size=300))
def test_noise_is_a_fault_or_nothing(noise):
    with suppress(StreamFault):
        assert read(noise) == []


PART = (CMAF / "part.bin").read_bytes()
FILE = 3 * PART


@given(st.integers(0, len(FILE)))
def test_a_file_cut_off_anywhere_gives_its_whole_parts_and_where_they_end(at):
    parts, size = whole_parts(FILE[:at])

    assert len(parts) == at // len(PART)
    assert size == len(parts) * len(PART)
    assert b"".join(part.data for part in parts) == FILE[:size]


@given(st.integers(0, len(FILE)), st.binary(min_size=1, max_size=60))
def test_what_follows_a_mended_file_is_read_whatever_its_end_was(at, noise):
    _, size = whole_parts(FILE[:at] + noise)
    mended = (FILE[:at] + noise)[:size]

    parts, whole = whole_parts(mended + PART)

    assert whole == len(mended) + len(PART)
    assert parts[-1].data == PART


@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner)))
def test_facts_of_any_shape_are_a_number_or_none(facts):
    told = b"emsg\x03hustings\0" + json.dumps({"hall": facts, "caption": facts}).encode()

    part = Part(1, told, ())

    assert part.since is None or isinstance(part.since, int)
    assert part.state is None or isinstance(part.state, str)
    assert part.caption is None or [*map(type, part.caption)] == [int, str]


@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner)))
def test_facts_that_are_no_facts_say_nothing(facts):
    part = Part(1, b"emsg\x03hustings\0" + json.dumps(facts).encode(), ())

    assert (part.since, part.state, part.caption) == (None, None, None)
