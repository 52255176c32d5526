"""Whatever a peer sends, the packager's reader gives parts or one kind of fault."""

import json
from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hustings.packager.parts import Part, Splitter, StreamFault

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


@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner)))
def test_facts_of_any_shape_are_a_number_or_none(facts):
    told = b"emsg\x03hustings\0" + json.dumps({"hall": facts}).encode()

    since = Part(1, told, ()).since

    assert since is None or isinstance(since, int)
