"""Bytes agreed between languages: Python reads the parts Rust writes, and writes what Rust reads.

HUSTINGS_WRITE_VECTORS=1 writes the golden files of the packager anew; say why in the commit.
"""

import os
from pathlib import Path

import pytest

from hustings.packager.boxes import header, ll_part_bytes
from hustings.parts.stream import Splitter, StreamFault

VECTORS = Path(__file__).parents[2] / "spec" / "vectors"
CMAF, AAC = VECTORS / "cmaf", VECTORS / "aac"
LL_NO = 38_802_083


def ll_part() -> bytes:
    [part] = Splitter().handle((CMAF / "part.bin").read_bytes())
    frames = [bytes([n]) * n for n in range(1, 46)]
    return ll_part_bytes(LL_NO, [part.messages, b"", part.messages, part.messages], frames)


def test_the_parts_that_rust_writes_are_read_whole():
    golden = (CMAF / "header.bin").read_bytes() + (CMAF / "part.bin").read_bytes()

    [part] = Splitter().handle(golden)

    assert part.no == 155_208_333
    assert part.packets == tuple(bytes([n]) * n for n in range(1, 13))
    assert part.since == 155_208_333
    assert part.messages[4:8] == b"emsg"
    assert golden.find(part.messages) == len((CMAF / "header.bin").read_bytes())


def test_their_broken_twins_are_no_parts():
    assert list(Splitter().handle((CMAF / "part_truncated.bin").read_bytes())) == []
    with pytest.raises(StreamFault):
        list(Splitter().handle((CMAF / "part_invalid.bin").read_bytes()))


def test_header_and_ll_part_are_the_golden_bytes():
    off_grid = bytearray(ll_part())
    off_grid[off_grid.find(b"tfdt") + 15] ^= 1
    made = {
        "header.bin": header(),
        "ll_part.bin": ll_part(),
        "ll_part_truncated.bin": ll_part()[:-5],
        "ll_part_off_grid.bin": bytes(off_grid),
    }

    if "HUSTINGS_WRITE_VECTORS" in os.environ:
        AAC.mkdir(exist_ok=True)
        for name, data in made.items():
            (AAC / name).write_bytes(data)
    assert {name: (AAC / name).read_bytes() for name in made} == made
