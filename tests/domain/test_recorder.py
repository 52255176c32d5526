"""The recorder: what belongs to a recording, what a death leaves, and the two files at the end."""

import asyncio
import errno
import hashlib
import json

import av
import numpy as np
import pytest

from hustings.ops.clock import SystemClock
from hustings.parts.codec import OpusDecoder
from hustings.parts.grid import PART_PACKETS, PART_SAMPLES, SEGMENT_PARTS
from hustings.parts.stream import Part
from hustings.recorder import m4a, ogg
from hustings.recorder.finish import Unlike, finish
from hustings.recorder.folder import Folder
from hustings.recorder.mending import Mending
from hustings.recorder.recording import KEPT_PARTS, LEAP_PARTS, OVER_BEATS, Recording
from hustings.testing.parts import stream_part
from tests.domain.test_packager import FIRST, likeness, packets, programme

LIVE = {"on": True, "ended": False, "room": True}
OVER = {"on": False, "ended": True, "room": True}


def parts(count, first=FIRST, state="live"):
    told = packets()
    return [
        stream_part(no, told[at : at + PART_PACKETS], state)
        for no in range(first, first + count)
        for at in [(no - FIRST + 40) * PART_PACKETS]
    ]


class Disk:
    """A keeper that can be full."""

    def __init__(self, *numbers):
        self.kept, self.bytes, self.error = set(numbers), 0, None

    def load(self):
        return set(self.kept)

    def append(self, part):
        if self.error:
            raise OSError(self.error, "")
        self.kept.add(part.no)

    def mend(self, part):
        self.append(part)


def take(recording, given):
    for part in given:
        recording.take(part)


def test_only_what_was_live_or_paused_belongs_to_it():
    disk = Disk()
    recording = Recording(disk)
    states = ["doors", "doors", "live", "paused", "live", "ended"]

    for n, state in enumerate(states):
        take(recording, parts(1, FIRST + n, state))

    assert sorted(disk.kept) == [FIRST + 2, FIRST + 3, FIRST + 4]
    assert recording.told(on=True)["missing"] == 0


def test_a_part_is_kept_once_whoever_sends_it_and_in_whatever_order():
    disk = Disk()
    recording, given = Recording(disk), parts(40)

    take(recording, given[:20])
    take(recording, given[25:40])
    wanted, missing = recording.hole, recording.missing
    take(recording, given[:30])

    assert (wanted, missing) == (FIRST + 20, 5)
    assert disk.kept == set(range(FIRST, FIRST + 40))
    assert (recording.hole, recording.missing) == (None, 0)


def test_a_hole_is_asked_for_elsewhere_until_nobody_can_have_it_any_more():
    recording, given = Recording(Disk()), parts(KEPT_PARTS + 20)
    take(recording, [*given[:10], *given[11:20]])

    now = recording.beat(**LIVE)
    take(recording, given[20:])
    later = recording.beat(**LIVE)

    assert (now.ask_others, later.ask_others) == (True, False)
    assert (recording.hole, recording.missing) == (None, 1)


def test_one_that_was_killed_goes_on_where_it_stopped():
    disk = Disk(*range(FIRST, FIRST + 30))
    recording = Recording(disk)

    take(recording, parts(60))

    assert disk.kept == set(range(FIRST, FIRST + 60))


@pytest.mark.parametrize(
    ("error", "reason"), [(errno.ENOSPC, "disk_full"), (errno.EIO, "disk_unwritable")]
)
def test_a_disk_that_takes_nothing_stops_it_and_what_was_missed_is_asked_for_again(error, reason):
    disk = Disk()
    recording, given = Recording(disk), parts(60)
    take(recording, given[:20])
    disk.error = error
    take(recording, given[20:40])
    told = recording.told(on=True)
    disk.error = None

    assert (told["state"], told["reason"], told["missing"]) == ("stopped", reason, 20)
    assert recording.beat(**LIVE).ask_anew
    assert recording.next <= recording.hole == FIRST + 20
    take(recording, given[20:])
    assert recording.told(on=True)["state"] == "recording"
    assert disk.kept == set(range(FIRST, FIRST + 60))


def test_below_the_floor_nothing_is_written_until_there_is_room():
    disk = Disk()
    recording, given = Recording(disk), parts(40)
    take(recording, given[:10])

    full = [recording.beat(**{**LIVE, "room": False}) for _ in range(2)]
    take(recording, given[10:20])
    stopped = recording.told(on=True)
    room = recording.beat(**LIVE)

    assert [beat.ask_anew for beat in full] == [False, False]
    assert (stopped["reason"], disk.kept) == ("disk_full", set(range(FIRST, FIRST + 10)))
    assert (room.ask_anew, recording.hole) == (True, FIRST + 10)


def test_it_ends_when_the_feed_is_silent_and_waits_no_longer_than_ten_seconds():
    heard, deaf = Recording(Disk()), Recording(Disk(FIRST))
    take(heard, parts(5))

    ends = [[one.beat(**OVER).finish for _ in range(OVER_BEATS)] for one in (heard, deaf)]

    assert [beats.index(True) + 1 for beats in ends] == [3, OVER_BEATS]


def test_a_hall_that_is_on_and_not_heard_is_not_called_recorded():
    recording = Recording(Disk())
    for _ in range(5):
        recording.beat(**LIVE)

    assert recording.told(on=True)["reason"] == "no_sound"


def test_a_number_from_another_age_is_not_taken():
    recording = Recording(Disk())
    take(recording, parts(2))
    far = parts(1)[0]
    take(recording, [Part(far.no + LEAP_PARTS + 3, far.messages, far.packets, far.data)])

    assert recording.missing == 0


def keep(folder, given):
    for part in given:
        folder.append(part)
    folder.close()


async def breathe():
    pass


def test_a_torn_end_is_cut_off_and_what_follows_is_whole(tmp_path):
    given = parts(30)
    keep(Folder(tmp_path, "demo"), given[:25])
    last = tmp_path / "demo/parts" / f"{FIRST // SEGMENT_PARTS + 1}.mp4part"
    last.write_bytes(last.read_bytes()[:-7])

    folder = Folder(tmp_path, "demo")
    numbers = folder.load()
    keep(folder, given[24:])

    assert numbers == set(range(FIRST, FIRST + 24))
    assert list(Folder(tmp_path, "demo").read()) == given
    assert sum(path.stat().st_size for path in last.parent.iterdir()) == folder.bytes


def test_a_disk_that_takes_half_a_part_leaves_none_of_it(tmp_path, monkeypatch):
    folder, given = Folder(tmp_path, "demo"), parts(3)
    folder.append(given[0])
    real = folder.append.__globals__["os"].write
    monkeypatch.setattr("os.write", lambda fd, data: real(fd, data[:100]))

    with pytest.raises(OSError) as caught:
        folder.append(given[1])
    monkeypatch.undo()
    keep(folder, given[2:])

    assert caught.value.errno == errno.ENOSPC
    assert list(Folder(tmp_path, "demo").read()) == [given[0], given[2]]


MIDDLE = slice(48_000, -48_000)


def decoded(path):
    """As a player hears it: PyAV's own decoders."""
    with av.open(str(path)) as file:
        return np.concatenate([frame.to_ndarray().mean(axis=0) for frame in file.decode(audio=0)])


def sound_of_opus(path):
    """By libopus, as the programme was made."""
    decoder = OpusDecoder()
    with av.open(str(path)) as file:
        told = [decoder.decode(bytes(packet)) for packet in file.demux(audio=0) if packet.size]
    return np.frombuffer(b"".join(told), "<f4")


def offset(heard, said):
    return max(range(-30, 31), key=lambda n: likeness(heard[MIDDLE], np.roll(said, n)[MIDDLE]))


async def test_both_files_hold_every_sample_of_the_programme_where_it_was(tmp_path):
    given = parts(100)
    folder = Folder(tmp_path, "demo")
    keep(folder, given)

    told = await finish(folder, "Démo", breathe)

    said, _ = programme(given)
    opus, aac = decoded(folder.opus), decoded(folder.m4a)
    assert len(opus) == told["samples"] == 100 * PART_SAMPLES
    assert await m4a.samples(folder.m4a, breathe) == 100 * PART_SAMPLES
    assert np.array_equal(sound_of_opus(folder.opus), said)
    assert likeness(opus, said) > 0.95
    aac = aac[: len(said)]
    assert offset(aac, said) == 0
    assert likeness(aac[MIDDLE], said[MIDDLE]) > 0.99
    assert (told["first_part"], told["parts"], told["missing"]) == (FIRST, 100, [])
    for kind in ("opus", "m4a"):
        data = (tmp_path / "demo" / f"demo.{kind}").read_bytes()
        assert hashlib.sha256(data).hexdigest() == told["sha256"][kind]
    assert json.loads(folder.told.read_text()) == told
    assert sorted(path.name for path in folder.path.iterdir()) == [
        *("demo.json", "demo.m4a", "demo.opus")
    ]


async def test_captions_stand_beside_the_sound_where_their_parts_are_whatever_is_missing(tmp_path):
    given = parts(60)
    for at, no, text in (
        (3, 1, "Good evening, "),
        (25, 2, "<all> "),
        (26, 2, "<all> "),
        (50, 3, "x "),
    ):
        given[at] = stream_part(FIRST + at, given[at].packets, caption=(no, text))
    folder = Folder(tmp_path, "demo")
    keep(folder, [*given[:10], *given[20:]])

    told = await finish(folder, "", breathe)

    assert folder.vtt.read_text() == (
        "WEBVTT\n"
        "\n1\n00:00:00.720 --> 00:00:06.000\nGood evening,\n"
        "\n2\n00:00:06.000 --> 00:00:12.000\nGood evening, &lt;all&gt;\n"
        "\n3\n00:00:12.000 --> 00:00:18.000\nx\n"
    )
    assert told["bytes"]["vtt"] == folder.vtt.stat().st_size
    assert hashlib.sha256(folder.vtt.read_bytes()).hexdigest() == told["sha256"]["vtt"]


async def test_a_hole_is_as_long_as_what_is_missing_and_shifts_nothing(tmp_path):
    given = parts(60)
    folder = Folder(tmp_path, "demo")
    keep(folder, [*given[:21], *given[23:30], *given[45:]])

    told = await finish(folder, "", breathe)

    said, _ = programme(given)
    heard = sound_of_opus(folder.opus)
    assert len(heard) == 60 * PART_SAMPLES
    assert told["missing"] == [[FIRST + 21, FIRST + 22], [FIRST + 30, FIRST + 44]]
    assert told["missing_parts"] == 17
    assert np.abs(heard[31 * PART_SAMPLES : 45 * PART_SAMPLES]).max() < 1e-3
    after = slice(47 * PART_SAMPLES, None)
    assert likeness(heard[after], said[after]) > 0.99


async def test_packets_that_are_none_are_silence_and_shift_nothing(tmp_path):
    given = parts(30)
    torn = [b"", b"\xff" * 60, b"\x00" * 9, *given[9].packets[3:]]
    given[9] = stream_part(FIRST + 9, torn, "live")
    folder = Folder(tmp_path, "demo")
    keep(folder, given)

    await finish(folder, "", breathe)

    assert len(decoded(folder.opus)) == 30 * PART_SAMPLES


async def test_a_finish_that_dies_anywhere_is_done_again(tmp_path):
    folder = Folder(tmp_path, "demo")
    keep(folder, parts(30))

    for breaths in (0, 5, 29, 30):
        left = breaths

        async def die():
            nonlocal left
            left -= 1
            if left < 0:
                raise ConnectionError

        with pytest.raises(ConnectionError):
            await finish(folder, "", die)
        assert not folder.is_done
        assert len(Folder(tmp_path, "demo").load()) == 30
    told = await finish(folder, "", breathe)

    assert told["parts"] == 30


async def test_parts_stay_where_a_file_does_not_hold_what_was_written(tmp_path, monkeypatch):
    folder = Folder(tmp_path, "demo")
    keep(folder, parts(30))

    async def short(path, breathe):
        return 7

    monkeypatch.setattr(m4a, "samples", short)

    with pytest.raises(Unlike):
        await finish(folder, "", breathe)

    assert len(folder.load()) == 30
    assert not folder.opus.exists()


@pytest.mark.parametrize("at", [4, 22, 40, 500, -1])
def test_an_ogg_file_that_was_altered_is_known(at):
    pages = ogg.Pages(7)
    file = bytearray(pages.head("Demo"))
    for n, part in enumerate(parts(5)):
        file += pages.part(part.packets, last=n == 4)
    whole = list(ogg.packets(bytes(file)))
    file[at] ^= 1

    assert whole[2:] == [packet for part in parts(5) for packet in part.packets]
    with pytest.raises(ogg.Broken):
        list(ogg.packets(bytes(file)))


def test_the_length_of_a_packet_is_read_as_a_decoder_reads_it():
    decoder = OpusDecoder()
    assert all(ogg.lasts_20_ms(packet) for packet in packets()[:100])
    assert not any(map(ogg.lasts_20_ms, (b"", b"\xff", b"\x00", b"\x10\x01", b"\xfb\x02")))
    assert ogg.lasts_20_ms(ogg.SILENCE)
    assert np.abs(np.frombuffer(decoder.decode(ogg.SILENCE), "<f4")).max() < 1e-4


def mended(part, lacks=0, shift=5):
    """Another sound under the same number."""
    [other] = parts(1, part.no + shift)
    return stream_part(part.no, other.packets, "live", lacks=lacks)


def test_a_part_that_lacks_less_stands_in_for_what_came_and_one_that_lacks_more_does_not():
    disk = Disk()
    recording = Recording(disk)
    given = parts(3)
    take(recording, [given[0], given[2]])

    assert recording.mend(mended(given[0], lacks=4))
    assert not recording.mend(mended(given[0], lacks=4))
    assert recording.mend(mended(given[0], lacks=0))
    assert not recording.mend(mended(given[0], lacks=2))
    assert recording.mend(mended(given[1])) and recording.missing == 0
    [beyond] = parts(1, FIRST + 9)
    assert not recording.mend(beyond)


def test_what_was_mended_is_read_with_the_facts_that_went_out(tmp_path):
    folder = Folder(tmp_path, "demo")
    told = packets()
    given = [
        stream_part(no, told[at : at + PART_PACKETS], "live", caption=(no - FIRST + 1, "word"))
        for no in range(FIRST, FIRST + 30)
        for at in [(no - FIRST) * PART_PACKETS]
    ]
    keep(folder, given)
    first, last = mended(given[3], lacks=2, shift=1), mended(given[3], shift=7)
    folder.mend(first)
    folder.mend(mended(given[25]))
    folder.mend(last)
    torn = tmp_path / "demo/parts" / f"{FIRST // SEGMENT_PARTS}.mended"
    folder.close()
    torn.write_bytes(torn.read_bytes() + b"\0\0\1")

    folder = Folder(tmp_path, "demo")
    numbers, read = folder.load(), list(folder.read())

    assert numbers == {part.no for part in given} and folder.mended() == {FIRST + 3, FIRST + 25}
    assert [part.packets for part in read[:3]] == [part.packets for part in given[:3]]
    assert (read[3].packets, read[3].caption) == (last.packets, (4, "word"))
    assert [part.no for part in read] == [part.no for part in given]


async def test_what_a_stage_has_mended_is_fetched_once_and_waited_for(tmp_path):
    disk = Disk()
    recording = Recording(disk)
    given = parts(4)
    take(recording, given)
    asked, lacking = [], [2, 1, 0, 0]

    async def stage(reader, writer):
        line = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        asked.append(line.partition("from=")[2])
        body = b"".join(mended(part).data for part in given[1:3] if part.no >= int(asked[-1]))
        head = f"HTTP/1.1 200 OK\r\nhustings-lacking: {lacking[len(asked) - 1]}\r\n"
        writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        writer.close()

    server = await asyncio.start_server(stage, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    settled, told = asyncio.Event(), []

    class Clock:
        async def sleep_ms(self, ms):
            told.append(mending.settled([f"{host}:{port}"]))
            if told[-1]:
                settled.set()
            await SystemClock().sleep_ms(1)

    mending = Mending(recording, "demo", Clock())
    task = asyncio.create_task(mending.run(lambda: [f"{host}:{port}"]))
    await asyncio.wait_for(settled.wait(), 10)
    task.cancel()
    server.close()

    assert asked[:3] == ["0", str(given[3].no), str(given[3].no)]
    assert told[:3] == [False, False, True]
    assert mending.settled([]) and not mending.settled(["127.0.0.1:1"])


async def test_a_stage_that_is_gone_is_not_waited_for_and_nonsense_is_nothing():
    recording = Recording(Disk())
    take(recording, parts(2))
    tries = []

    async def nonsense(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n\0\0\0\1abcde")
        writer.close()

    server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    stages = ["127.0.0.1:1", f"{host}:{port}"]
    settled = asyncio.Event()

    class Clock:
        async def sleep_ms(self, ms):
            tries.append(mending.settled(stages))
            if tries[-1]:
                settled.set()
            await SystemClock().sleep_ms(1)

    mending = Mending(recording, "demo", Clock())
    task = asyncio.create_task(mending.run(lambda: stages))
    await asyncio.wait_for(settled.wait(), 10)
    task.cancel()
    server.close()

    assert tries[:3] == [False, False, True]
