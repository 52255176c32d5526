"""What is measured of peers: bytes that come in any pieces, a crowd's counts, a core's accounts."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from benches.peers import bench, livekit, machine, plot
from benches.peers.ears import parts
from benches.peers.ears.hls import Player
from benches.peers.ears.ogg import HEAD, Ear, Pages
from benches.peers.ears.responses import Response, Responses
from benches.peers.ears.tally import Hearing, NotSound, Tally, percentile, spread, total
from benches.peers.machine import Spent
from hypothesis import given
from hypothesis import strategies as st

OK = b"HTTP/1.0 200 OK\r\nServer: x\r\n\r\n"


def page(granule, number, size=700):
    lacing = bytes([255] * (size // 255) + [size % 255])
    return HEAD.pack(b"OggS", 0, 0, granule, 7, number, 0, len(lacing)) + lacing + b"x" * size


def cut(data, places):
    edges = [0, *sorted(place % len(data) for place in places), len(data)]
    return [data[one:two] for one, two in pairwise(edges)]


@given(st.lists(st.integers(0, 5_000), max_size=9))
def test_pages_are_whole_however_their_bytes_come(places):
    sent = [(n * 11_520, n) for n in range(5)]
    pages = Pages()

    came = [
        one
        for piece in cut(b"".join(page(*one) for one in sent), places)
        for one in pages.feed(piece)
    ]

    assert came == sent


def test_sound_comes_first_with_the_first_page_that_holds_some():
    ear = Ear(1_000)

    ear.take(OK + page(0, 0) + page(0, 1), 1_100)
    before = ear.hearing.plays
    ear.take(page(96_000, 9), 1_300)

    assert (before, ear.hearing.first_ms - ear.hearing.asked_ms) == (False, 300)


def test_a_page_that_the_numbering_skips_is_missing():
    ear = Ear(0)

    ear.take(OK + page(11_520, 2) + page(23_040, 3) + page(57_600, 6), 10)

    assert (ear.pieces, ear.missing) == (3, 2)


@given(st.lists(st.integers(0, 900), max_size=6))
def test_parts_of_ours_are_whole_however_their_chunks_come(places):
    box = b"moof....mfhd\0\0\0\0" + (7).to_bytes(4, "big") + b"mdat" * 90
    after = box.replace((7).to_bytes(4, "big"), (8).to_bytes(4, "big"))
    sent = [b"ftyp" * 9, box + after, after.replace(b"\0\0\0\x08", b"\0\0\0\x0a")]
    ear = parts.Ear(0)

    for piece in cut(b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in sent), places):
        ear.take(piece if ear.pieces or ear._head is None else OK + piece, 10)

    assert (ear.pieces, ear.missing) == (3, 1)


@pytest.mark.parametrize("said", [b"HTTP/1.0 403 No\r\n\r\n", OK + b"<html>" + b" " * 40])
def test_an_answer_that_is_no_sound_is_none(said):
    with pytest.raises(NotSound):
        Ear(0).take(said, 1)


def test_a_listener_stalls_once_for_each_time_the_buffer_runs_dry():
    hearing = Hearing(0)

    for at in (0, 240, 480, 3_000, 3_240, 6_000):
        hearing.came(at, 240)

    assert (hearing.stalls, hearing.longest_until(6_001)) == (2, 2_760)
    assert hearing.longest_until(6_100) == 100


def test_a_burst_is_patience():
    hearing = Hearing(0)

    hearing.came(0, 240)
    hearing.came(0, 10_000)
    hearing.came(11_000, 240)

    assert hearing.stalls == 0


def test_crowds_add_up():
    one = Tally(wanted=2, playing=1, first_sound_ms=Counter({5: 1}), waits_ms=Counter({240: 1}))
    other = Tally(wanted=3, playing=3, stalls=1, first_sound_ms=Counter({5: 2, 9: 1}))

    both = total([one, other])

    assert both == Tally(
        wanted=5,
        playing=4,
        stalls=1,
        first_sound_ms=Counter({5: 3, 9: 1}),
        waits_ms=Counter({240: 1}),
    )


def test_percentiles_are_values_that_were_seen():
    counts = Counter({100: 98, 200: 1, 900: 1})

    assert spread(counts, 100) == {"p50": 0, "p99": 100, "max": 800}
    assert percentile(Counter(), 0.5) is None


def test_a_listener_costs_what_the_core_did_beyond_calm():
    calm = Spent(at_ms=0, core_us=0, others_us=0, own_us=0, stolen_us=0, rss=1_000, kernel=5_000)
    quiet = replace(calm, at_ms=5_000, core_us=500_000, own_us=100_000)
    began = replace(
        quiet, at_ms=9_000, core_us=1_000_000, own_us=200_000, rss=21_000, kernel=105_000
    )
    ended = replace(
        began,
        at_ms=19_000,
        core_us=4_000_000,
        others_us=9_000_000,
        own_us=1_700_000,
        stolen_us=20_000,
    )

    told = bench.costs((calm, quiet), (began, replace(ended)), ears=10)

    assert told == {
        "server_us_per_listener_second": 20_000.0,
        "process_us_per_listener_second": 13_000.0,
        "core_busy_share": 0.3,
        "calm_busy_share": 0.1,
        "beyond_own_share": 0.07,
        "crowd_busy_share": 0.9,
        "stolen_share": 0.002,
        "bytes_per_listener": {"rss": 2_000, "kernel": 10_000},
    }


def test_processor_time_is_read_past_a_name_with_spaces():
    stat = "12 (a b) c) S 1 1 1 0 -1 4 1 0 0 0 30 12 0 0 20 0 1"

    assert machine.own_us(stat) == 42 * machine.TICK_US


def test_a_core_is_busy_with_all_but_waiting_and_what_yields():
    before = "cpu 1 1 1 1 1 1 1 99 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\ncpu1 9 0 0 50 0 0 0 1 0 0\n"
    after = "cpu 1 1 1 1 1 1 1 99 0 0\ncpu0 1 12 3 44 25 6 7 8 0 0\ncpu1 9 0 0 60 0 0 0 1 0 0\n"

    spent = [
        machine.busy_us(after, core, 5_000) - machine.busy_us(before, core, 4_000)
        for core in (0, 1)
    ]

    assert spent == [1e6 - 70 * machine.TICK_US, 1e6 - 10 * machine.TICK_US]


def test_memory_of_sockets_is_slabs_and_what_waits_in_them():
    meminfo = "Slab: 900 kB\nSReclaimable: 100 kB\nSUnreclaim: 800 kB\n"
    sockstat = "sockets: used 9\nTCP: inuse 5 orphan 0 tw 0 alloc 9 mem 3\nUDP: inuse 4 mem 2\n"

    assert machine.kernel_bytes(meminfo, sockstat) == 800 * 1024 + 5 * machine.PAGE_BYTES


def test_counters_travel_as_objects():
    said = {"playing": 2, "first_sound_ms": {"7": 2}}

    assert livekit.told(said) == Tally(playing=2, first_sound_ms=Counter({7: 2}))


def test_stolen_time_is_that_of_the_core_that_serves():
    stat = "cpu 1 1 1 1 1 1 1 99 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\ncpu1 1 1 1 1 1 1 1 77 0 0\n"

    assert machine.stolen_us(stat) == 8 * machine.TICK_US


MASTER = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\naudio.m3u8?session=a\n"
PLAIN = b'#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXT-X-MEDIA-SEQUENCE:%d\n#EXT-X-MAP:URI="init.mp4"\n%s'
QUICK = (
    b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:%d\n"
    b"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.5,CAN-SKIP-UNTIL=6\n%s"
)


def plain(first, count):
    segments = b"".join(b"#EXTINF:4.8,\n%d.m4s\n" % n for n in range(first, first + count))
    return PLAIN % (first, segments)


def part(name):
    return b'#EXT-X-PART:DURATION=0.2,URI="%s"\n' % name.encode()


def answer(body, status=b"200 OK", more=b""):
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), more, body)


class Asking:
    """A player between a server and a clock."""

    def __init__(self, path="/live.m3u8"):
        self.player, self.now_ms = Player(0, path), 0

    def gets(self, body=b"x", status=b"200 OK", more=b""):
        asked = self.player.take(answer(body, status, more), self.now_ms)
        return asked.partition(b" HTTP")[0].decode()

    def waits(self):
        self.now_ms = self.player.wake_ms()
        return self.player.wake(self.now_ms).partition(b" HTTP")[0].decode()


@given(st.lists(st.integers(0, 400), max_size=6), st.booleans())
def test_answers_are_whole_however_their_bytes_come(places, chunked):
    one = answer(b"first")
    other = (
        b"HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nsec\r\n3\r\nond\r\n0\r\n\r\n"
    )
    responses = Responses()

    sent = one + (other if chunked else answer(b"second", b"404 No"))
    came = [response for piece in cut(sent, places) for response in responses.feed(piece)]

    assert came == [Response(200, "", b"first"), Response(404, "", b"second")]


def test_a_player_begins_three_segments_from_the_end_and_asks_for_each_once():
    asking = Asking()

    asked = [asking.gets(plain(7, 6)), asking.gets(), asking.gets(), asking.gets()]
    idle = asking.gets()
    again = [asking.waits(), asking.gets(plain(8, 6)), asking.gets()]

    assert asked == ["GET /init.mp4", "GET /10.m4s", "GET /11.m4s", "GET /12.m4s"]
    assert (idle, again) == ("", ["GET /live.m3u8", "GET /13.m4s", ""])
    assert (asking.now_ms, asking.player.pieces, asking.player.missing) == (5_000, 4, 0)


def test_a_playlist_that_did_not_change_is_asked_for_again_after_half_a_target():
    asking = Asking()
    for body in (plain(7, 3), b"", b"x", b"x", b"x"):
        asking.gets(body)

    asking.waits()
    asking.gets(plain(7, 3))

    assert asking.player.wake_ms() == 7_500


def test_segments_that_fell_out_of_the_playlist_are_missing():
    asking = Asking()
    for body in (plain(7, 3), b"", b"x", b"x", b"x"):
        asking.gets(body)

    asking.waits()
    asking.gets(plain(12, 3))

    assert asking.player.missing == 2


def test_a_player_follows_to_the_stream_and_waits_for_what_is_next_of_it():
    asking = Asking("/live/index.m3u8")
    listed = part("a") + part("b") + b"#EXTINF:1,\n3.mp4\n" + part("c") + part("d")

    asked = [
        asking.gets(status=b"302 Found", more=b"Location: /live/index.m3u8?cookieCheck=1\r\n"),
        asking.gets(MASTER),
        asking.gets(QUICK % (3, listed)),
        asking.gets(),
        asking.gets(),
        asking.gets(),
        asking.gets(QUICK % (1, b"#EXT-X-SKIP:SKIPPED-SEGMENTS=2\n" + listed + part("e"))),
    ]

    assert asked == [
        "GET /live/index.m3u8?cookieCheck=1",
        "GET /live/audio.m3u8?session=a",
        "GET /live/b",
        "GET /live/c",
        "GET /live/d",
        "GET /live/audio.m3u8?session=a&_HLS_msn=4&_HLS_part=2&_HLS_skip=YES",
        "GET /live/e",
    ]
    assert asking.player.missing == 0


def test_a_player_whose_idle_line_ends_asks_for_the_playlist():
    asking = Asking()
    for body in (plain(7, 3), b"", b"x", b"x", b"x"):
        asking.gets(body)

    assert (asking.player.ended() or b"").startswith(b"GET /live.m3u8 ")
    assert asking.gets(plain(8, 3)) == "GET /10.m4s"


def test_a_player_gives_up_a_server_that_hangs_up_again_and_again():
    player = Player(0, "/live.m3u8")

    assert [player.ended() is None for _ in range(4)] == [False, False, False, True]


def line(peer="nginx", **told):
    settings = {"segment_ms": 4_800}
    return {"peer": peer, "settings": settings, "listeners": 10_000} | told


def test_bars_show_the_middle_of_what_was_measured_undisturbed():
    costs = [(9.0, 0.01), (6.0, 0.0), (7.0, -0.02), (90.0, 0.6)]
    lines = [line(server_us_per_listener_second=us, beyond_own_share=by) for us, by in costs]
    lines.append(line(joins=10, sitting=5, joined_share=0.5, first_sound_ms={"p99": 1_500}))

    cost, joins = plot.cost(lines), plot.joins(lines)

    assert [(bar.label, bar.middle, bar.note) for bar in cost.bars] == [
        ("nginx, segment 4.8 s, 10,000", 7.0, "7.0 µs")
    ]
    assert [(bar.label, bar.middle, bar.note) for bar in joins.bars] == [
        ("nginx, segment 4.8 s, 10+5", 50.0, "50 %, p99 1.5 s")
    ]
    assert plot.draw(cost).count("<rect") == 2
