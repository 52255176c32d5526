"""The packager: the grid never shifts, and whoever packs, the bytes are the same."""

import io
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest

from hustings.packager.boxes import header
from hustings.packager.order import LEAP_PARTS, Order
from hustings.parts.codec import OpusDecoder
from hustings.parts.grid import (
    LL_SAMPLES,
    PART_PACKETS,
    PART_SAMPLES,
    SAMPLE_RATE_HZ,
    SEGMENT_PARTS,
)
from hustings.parts.stream import Part

VOICES = Path(__file__).parents[2] / "src/hustings/voices"
FIRST = 7_760_417 * SEGMENT_PARTS
"""The first part of a segment."""


def facts(no, since=7):
    told = f'{no}\x03hustings\0{{"v":1,"hall":["live",{since}]}}'.encode()
    return (8 + len(told)).to_bytes(4, "big") + b"emsg" + told


@cache
def packets(voice="ben"):
    with av.open(str(VOICES / f"{voice}.opus")) as file:
        return [bytes(packet) for packet in file.demux(audio=0) if packet.size]


def parts(first=FIRST, count=100, since=7):
    """A voice, cut into parts; sound and number belong together, whatever is asked for."""
    told = packets()
    return [
        Part(no, facts(no, since), tuple(told[at : at + PART_PACKETS]))
        for no in range(first, first + count)
        for at in [(no - FIRST + 40) * PART_PACKETS]
    ]


def pack(given, order=None):
    order, made = order or Order(), {}
    for part in given:
        order.handle(part)
        while (ll_part := order.poll()) is not None:
            made[ll_part.no] = ll_part.data
    return made


def sound(made):
    """What a player hears of LL-HLS parts, and the media time of its first sample."""
    data = header() + b"".join(made[no] for no in sorted(made))
    with av.open(io.BytesIO(data)) as file:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])
    return heard, min(made) * LL_SAMPLES


def programme(given):
    decoder = OpusDecoder()
    told = b"".join(decoder.decode(packet) for part in given for packet in part.packets)
    return np.frombuffer(told, "<f4"), given[0].no * PART_SAMPLES


def likeness(one, other):
    return float(np.corrcoef(one, other)[0, 1])


def test_two_packagers_that_start_apart_make_the_same_bytes():
    early, late = pack(parts()), pack(parts(FIRST + 27, 73))

    both = early.keys() & late.keys()
    assert len(both) == 14
    assert {no: early[no] for no in both} == {no: late[no] for no in both}


def test_a_packager_that_missed_a_part_makes_other_bytes_in_that_segment_alone():
    whole, holed = pack(parts()), pack(p for p in parts() if p.no != FIRST + 45)

    assert whole.keys() == holed.keys()
    differ = {no // 5 - FIRST // 20 for no in whole if whole[no] != holed[no]}
    assert differ == {2}


def test_what_is_decoded_at_a_media_time_was_said_then():
    heard, at = sound(pack(parts()))
    said, since = programme(parts())
    said = said[at - since :][: len(heard)]

    middle = slice(SAMPLE_RATE_HZ, len(heard) - SAMPLE_RATE_HZ)
    likest = max(range(-30, 31), key=lambda n: likeness(heard[middle], np.roll(said, n)[middle]))
    assert likest == 0
    assert likeness(heard[middle], said[middle]) > 0.99


def test_the_seams_between_segments_are_not_heard():
    heard, at = sound(pack(parts(count=220)))
    said, since = programme(parts(count=220))
    said = said[at - since :][: len(heard)]

    hop, segment = 256, 230_400
    wrong = ((heard - said)[: len(heard) // hop * hop].reshape(-1, hop) ** 2).mean(axis=1)
    loud = (said[: len(heard) // hop * hop].reshape(-1, hop) ** 2).mean(axis=1)
    ratio = 10 * np.log10((loud + 1e-9) / (wrong + 1e-9))
    near = (np.arange(len(ratio)) + 4) % (segment // hop) < 8
    heard_at_all = loud > 10 ** (-50 / 10)
    seams, others = ratio[near & heard_at_all], ratio[~near & heard_at_all]
    assert len(seams) > 20
    assert seams.min() > others.min()
    assert np.median(seams) > np.median(others) - 3


def test_ll_parts_carry_the_facts_of_their_four_parts():
    made = pack(parts())

    no = FIRST // 4 + 7
    told = b"".join(facts(FIRST + 28 + n) for n in range(4))
    assert made[no].startswith(told)
    assert made[no][len(told) + 4 :].startswith(b"moof")


def test_a_part_comes_a_part_after_its_last_sound():
    order = Order()
    numbers = [(part.no, list(pack([part], order))) for part in parts(FIRST + 19, 25)]

    came = {no: ll_nos for no, ll_nos in numbers if ll_nos}
    first = FIRST // 4 + 5
    assert came == {FIRST + 24 + 4 * n: [first + n] for n in range(5)}


def test_a_hall_that_just_began_is_packed_from_its_first_part_with_silence_before():
    given = parts(FIRST + 13, 60, since=FIRST + 12)

    made = pack(given)

    heard, at = sound(made)
    begins = (given[0].no * PART_SAMPLES) - at
    assert min(made) == FIRST // 4
    assert np.abs(heard[: begins - 2048]).max() < 1e-3
    said, _ = programme(given)
    assert likeness(heard[begins + 4800 : begins + 480_000], said[4800:480_000]) > 0.98


def test_a_long_hole_is_silence_and_the_grid_does_not_shift():
    given = [p for p in parts(count=160) if not FIRST + 47 <= p.no < FIRST + 99]
    order = Order()

    made = pack(given, order)

    assert sorted(made) == list(range(min(made), max(made) + 1))
    assert order.holes == 52
    heard, at = sound(made)
    quiet = heard[(FIRST + 48) * PART_SAMPLES - at : (FIRST + 98) * PART_SAMPLES - at]
    assert np.abs(quiet).max() < 1e-3
    said, since = programme(parts(count=160))
    after = (FIRST + 105) * PART_SAMPLES
    assert likeness(heard[after - at :][:96_000], said[after - since :][:96_000]) > 0.98


def test_after_a_leap_of_more_than_a_minute_it_begins_anew():
    far = [Part(p.no + LEAP_PARTS + 60, p.messages, p.packets) for p in parts(count=60)]

    made = pack([*parts(count=60), *far])

    assert max(no for no in made if no < FIRST // 4 + 16) == FIRST // 4 + 13
    assert min(no for no in made if no > FIRST // 4 + 16) == (LEAP_PARTS + 60 + FIRST + 20) // 4


def test_the_last_segment_of_an_ended_hall_is_filled_with_silence_once():
    order = Order()
    made = pack(parts(count=67), order)
    before = max(made)
    order.end()
    order.end()

    after = pack([], order)
    while (ll_part := order.poll()) is not None:
        after[ll_part.no] = ll_part.data

    assert before < max(after) == FIRST // 4 + 19
    assert sound({**made, **after})[0][-LL_SAMPLES:].std() < 1e-3


@pytest.mark.parametrize("packet", [b"", b"\xff" * 1200, b"\x00", bytes(range(256))])
def test_a_packet_that_is_none_costs_its_own_sound_and_nothing_else(packet):
    given = parts()
    broken = given[45]
    given[45] = Part(broken.no, broken.messages, (packet, *broken.packets[1:]))

    made = pack(given)

    assert made.keys() == pack(parts()).keys()
