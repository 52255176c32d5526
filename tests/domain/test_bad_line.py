"""`hustings bench loss`: what the link does to packets, and what its judge finds missing."""

import asyncio
from fractions import Fraction

import av
import numpy as np
import pytest

from hustings.domain.refusals import StartRefused
from hustings.parts.codec import OpusDecoder
from hustings.rehearse.measure.line.counts import Counts
from hustings.rehearse.measure.line.judge import find
from hustings.rehearse.measure.line.link import Fault, Way
from hustings.rehearse.measure.line.marks import RATE_HZ, Sound, marks
from hustings.rehearse.measure.line.track import track
from hustings.rehearse.measure.line.wire import Wire

FRAME = 960
SECONDS = 6
SAID = marks(SECONDS, seed=1)
EARLIER_S = 1.5


def encoded(sound: Sound, application: str = "voip") -> list[bytes]:
    codec = av.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.layout, codec.format, codec.bit_rate = RATE_HZ, "mono", "flt", 32_000
    codec.time_base = Fraction(1, RATE_HZ)
    codec.options = {"application": application}
    packets = []
    for at in range(0, len(sound) - FRAME + 1, FRAME):
        frame = av.AudioFrame(format="flt", layout="mono", samples=FRAME)
        frame.sample_rate, frame.pts = RATE_HZ, at
        frame.planes[0].update(sound[at : at + FRAME].astype("<f4").tobytes())
        packets += [bytes(packet) for packet in codec.encode(frame)]
    return packets


def decoded(packets: list[bytes]) -> Sound:
    decoder = OpusDecoder()
    return np.frombuffer(b"".join(decoder.decode(packet) for packet in packets), "<f4")


def through_a_stage(lost: frozenset[int] = frozenset(), *, offset: int = 0) -> Sound:
    """Encoded, decoded with packets concealed, and encoded again as the programme is.

    A packet without a frame is one that a decoder conceals (RFC 6716, section 3.2.1).
    """
    before = marks(EARLIER_S, seed=9)
    packets = encoded(np.concatenate((before[offset:], SAID, before)))
    told = [packet[:1] if n in lost else packet for n, packet in enumerate(packets)]
    told = [bytes([one[0] & 0xFC]) if len(one) == 1 else one for one in told]
    return decoded(encoded(decoded(told), "audio"))


@pytest.mark.parametrize("offset", [0, 240, 480, 700])
def test_nothing_is_missing_on_a_clean_line(offset: int) -> None:
    found = find(SAID, through_a_stage(offset=offset))

    assert (found.lost, found.lost_percent) == (0, 0.0)
    assert float(found.likeness.min()) > 0.6


@pytest.mark.parametrize("offset", [0, 240, 480, 700])
def test_a_single_concealed_packet_is_found_where_it_was(offset: int) -> None:
    place = 200

    found = find(SAID, through_a_stage(frozenset({place}), offset=offset))

    [(at_s, frames)] = found.lost_at
    assert frames == 1
    assert at_s == pytest.approx(place * 0.02 - EARLIER_S + offset / RATE_HZ, abs=0.02)


def test_concealed_packets_are_counted_alone_and_in_a_row() -> None:
    alone, in_a_row = frozenset(range(90, 290, 20)), frozenset(range(300, 306))

    found = find(SAID, through_a_stage(alone | in_a_row))

    assert abs(found.lost - 16) <= 1
    assert found.lost_percent == pytest.approx(100 * found.lost / found.frames, abs=0.001)


def test_silence_in_place_of_a_frame_is_found() -> None:
    heard = through_a_stage().copy()
    at = int(4 * RATE_HZ)
    heard[at : at + FRAME] = 0

    assert find(SAID, heard).lost == 1


def test_what_comes_later_than_before_is_not_lost() -> None:
    heard = through_a_stage()
    at = int(4 * RATE_HZ)
    later = np.concatenate((heard[:at], np.zeros(7 * FRAME, np.float32), heard[at:]))

    assert find(SAID, 0.5 * later).lost <= 1


def test_a_sound_card_whose_second_is_not_ours_loses_nothing() -> None:
    heard = through_a_stage()
    places = np.arange(0, len(heard) - 1, 1 + 200e-6)
    drifted = np.interp(places, np.arange(len(heard)), heard).astype(np.float32)

    assert find(SAID, drifted).lost == 0


def test_what_never_came_is_lost_whole() -> None:
    nothing = 0.1 * np.random.default_rng(5).normal(0, 1, 10 * RATE_HZ).astype(np.float32)

    assert find(SAID, nothing).lost_percent == 100
    assert find(SAID, np.zeros(10 * RATE_HZ, np.float32)).lost_percent == 100


def test_the_track_says_the_same_voices_on_a_good_line_and_on_a_bad_one() -> None:
    said = track(5, seed=2, speaks=True)

    speech = len(said.speech)
    assert np.array_equal(said.sound[:speech], said.speech)
    behind = said.before + len(said.marks)
    assert np.array_equal(said.sound[said.before : behind], said.marks)
    assert np.array_equal(said.sound[behind : behind + speech], said.speech)
    assert speech < said.worse_s * RATE_HZ < said.before
    assert said.worse_s + said.middle_s == pytest.approx((said.before + behind) / 2 / RATE_HZ)


def test_outages_come_when_they_are_due() -> None:
    bursts = Fault(burst_ms=300, every_ms=5_000)
    once = Fault(outage_ms=400, outage_at_ms=1_000)

    dead = [at for at in range(0, 12_000, 100) if bursts.is_dead(at)]
    assert dead == [5_000, 5_100, 5_200, 10_000, 10_100, 10_200]
    assert [at for at in range(0, 3_000, 100) if once.is_dead(at)] == [1_000, 1_100, 1_200, 1_300]


def test_an_outage_leaves_the_losses_around_it_as_they_were() -> None:
    calm, torn = (Way(Fault(percent=20, outage_ms=ms), 7) for ms in (0, 500))

    before = [calm.fate(at) for at in range(0, 4_000, 20)]
    after = [torn.fate(at) for at in range(0, 4_000, 20)]

    assert after[:25] == [None] * 25
    assert after[25:] == before[25:]


def test_counts_are_of_the_bad_time_and_of_all_stages() -> None:
    def told(node: str, line: str, repaired: int) -> dict[str, object]:
        one = {"seat": "ana", "line": line, "repaired": repaired, "concealed": 1}
        other = {"seat": "ben", "line": "x", "repaired": 99, "concealed": 99}
        return {"node": node, "happenings": [{"kind": "lines", "lines": [one, other]}]}

    counts = Counts("ana")
    for node, line, repaired in (("stage-1", "a", 5), ("stage-2", "b", 7)):
        counts.take(told(node, line, repaired))
    counts.start()
    counts.take(told("stage-1", "a", 9))
    counts.take(told("stage-2", "b", 8))
    counts.take(told("stage-2", "c", 3))

    assert counts.stages == 2
    assert counts.told() == {"received": None, "repaired": 4 + 1 + 3, "concealed": 1}


class Echo(asyncio.DatagramProtocol):
    """A stage that sends all back, and knows from whom it came."""

    def __init__(self) -> None:
        self.came = dict[object, int]()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.came[addr] = self.came.get(addr, 0) + 1
        self.transport.sendto(data, addr)  # type: ignore[attr-defined]


class Client(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.got = asyncio.Queue[bytes]()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.got.put_nowait(data)


async def test_whoever_came_before_is_spared_and_each_has_a_socket_of_its_own() -> None:
    loop = asyncio.get_running_loop()
    transport, stage = await loop.create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
    place = transport.get_extra_info("sockname")
    way = Way(Fault(percent=100), 1, 0)
    wire = Wire(place, way, Way(Fault(), 1, 1))
    await wire.open(("127.0.0.2", place[1]))
    first, spared = await loop.create_datagram_endpoint(Client, remote_addr=("127.0.0.2", place[1]))
    first.sendto(b"early")
    assert await asyncio.wait_for(spared.got.get(), 5) == b"early"

    wire.is_bad = True
    second, client = await loop.create_datagram_endpoint(
        Client, remote_addr=("127.0.0.2", place[1])
    )
    second.sendto(b"before losses")
    assert await asyncio.wait_for(client.got.get(), 5) == b"before losses"
    wire.worsen()
    for _ in range(5):
        second.sendto(b"lost")
    first.sendto(b"spared")
    assert await asyncio.wait_for(spared.got.get(), 5) == b"spared"

    assert client.got.empty()
    assert (way.passed, way.dropped) == (0, 5)
    assert sorted(stage.came.values()) == [1, 2]
    for each in (first, second, transport, wire):
        each.close()


async def test_a_port_that_is_taken_is_told() -> None:
    ways = Way(Fault(), 1), Way(Fault(), 2)
    first, second = (Wire(("127.0.0.1", 9), *ways) for _ in range(2))
    await first.open(("127.0.0.2", 0))
    taken = first.port

    with pytest.raises(StartRefused, match=f"127.0.0.2:{taken}"):
        await second.open(("127.0.0.2", taken))
    first.close()
