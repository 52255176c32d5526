"""A backup brings back the same town hall, also into a later version, and nothing else does."""

import io
import json
import tarfile
from contextlib import contextmanager

import pytest

from hustings.domain.refusals import StartRefused
from hustings.ledger import chain
from hustings.ledger.canonical import canonical
from hustings.ledger.records import Entry, Text, commitment
from hustings.store import schema
from hustings.store.backup import backup, restore
from hustings.store.keys import load_or_make
from hustings.store.sounds import SoundFolder
from hustings.store.sqlite import SqliteStore
from hustings.testing.entropy import SeededEntropy

NOW_MS = 1_790_000_000_000
SOUND = b"OggS\0\2" + (48_000).to_bytes(8, "little") + bytes(14) + b"OpusHead"


async def a_town_hall(data, entries=40):
    data.mkdir()
    for name in ("passes", "log"):
        load_or_make(data / "keys" / f"{name}.key", SeededEntropy(name).draw)
    store = await SqliteStore.open(data / "log.db")
    head = chain.GENESIS
    for seq in range(entries):
        record = {"seq": seq, "kind": "person_invited", "facts": {"person": "p"}, "sealed": {}}
        text = Text("name", "p", b"salt", f"Ana {seq}")
        record["sealed"]["name"] = commitment(text.salt, text.value).hex()
        head = chain.link(head, record)
        await store.append([Entry("demo", seq, json.loads(canonical(record)), head, (text,))])
    return store


async def told(data):
    store = await SqliteStore.open(data / "log.db")
    entries = await store.entries("demo")
    await store.close()
    return entries


async def test_a_running_town_hall_is_brought_back_with_its_keys_and_its_log(tmp_path):
    store = await a_town_hall(tmp_path / "old")
    before = await store.entries("demo")

    made = backup(tmp_path / "old", tmp_path / "hall.backup", "0.1.0", NOW_MS)
    await store.append([Entry("demo", len(before), {"seq": 40}, b"later" * 8)])
    restored = restore(tmp_path / "hall.backup", tmp_path / "new")
    await store.close()

    assert restored == made
    assert await told(tmp_path / "new") == before
    assert chain.verify(before).length == 40
    for name in ("passes.key", "log.key"):
        old, new = (tmp_path / folder / "keys" / name for folder in ("old", "new"))
        assert old.read_bytes() == new.read_bytes()
        assert new.stat().st_mode & 0o077 == 0
    assert (tmp_path / "hall.backup").stat().st_mode & 0o077 == 0


async def test_a_backup_of_this_version_is_restored_into_the_next(tmp_path, monkeypatch):
    await (await a_town_hall(tmp_path / "old")).close()
    before = await told(tmp_path / "old")
    backup(tmp_path / "old", tmp_path / "hall.backup", "0.1.0", NOW_MS)

    next_step = ("ALTER TABLE entries ADD COLUMN kept_until_ms INTEGER",)
    monkeypatch.setattr("hustings.store.sqlite.UPGRADES", (*schema.UPGRADES, next_step))
    restore(tmp_path / "hall.backup", tmp_path / "new")

    after = await told(tmp_path / "new")
    assert after == before
    assert chain.verify(after).length == 40


async def test_a_backup_of_a_later_version_is_refused_and_nothing_is_laid_out(
    tmp_path, monkeypatch
):
    await (await a_town_hall(tmp_path / "old")).close()
    backup(tmp_path / "old", tmp_path / "hall.backup", "0.9.0", NOW_MS)

    monkeypatch.setattr("hustings.store.backup.UPGRADES", ())

    with pytest.raises(StartRefused, match=r"later version, 0\.9\.0"):
        restore(tmp_path / "hall.backup", tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"old", "hall.backup"}


async def test_a_directory_in_use_is_not_restored_over(tmp_path):
    await (await a_town_hall(tmp_path / "old")).close()
    backup(tmp_path / "old", tmp_path / "hall.backup", "0.1.0", NOW_MS)

    with pytest.raises(StartRefused, match="There is something in"):
        restore(tmp_path / "hall.backup", tmp_path / "old")


@pytest.mark.parametrize("harm", ["cut", "flip", "foreign", "traversal", "missing", "empty"])
async def test_a_harmed_backup_is_told_and_leaves_nothing(tmp_path, harm):
    await (await a_town_hall(tmp_path / "old")).close()
    file = tmp_path / "hall.backup"
    backup(tmp_path / "old", file, "0.1.0", NOW_MS)
    _harm(file, harm)

    with pytest.raises(StartRefused, match="cannot be restored"):
        restore(file, tmp_path / "new")

    assert not (tmp_path / "new").exists()


async def test_prepared_sounds_come_back_under_their_names_and_nothing_beside_them(tmp_path):
    await (await a_town_hall(tmp_path / "old", 1)).close()
    kept = {
        SoundFolder(tmp_path / "old" / "sounds").keep(data): data for data in (SOUND, SOUND * 2)
    }
    (tmp_path / "old" / "sounds" / "notes.opus").write_bytes(b"put there by hand")

    backup(tmp_path / "old", tmp_path / "hall.backup", "0.1.0", NOW_MS)
    restore(tmp_path / "hall.backup", tmp_path / "new")

    folder = tmp_path / "new" / "sounds"
    assert {path.stem: path.read_bytes() for path in folder.iterdir()} == kept
    assert all(SoundFolder(folder).read(sound) == data for sound, data in kept.items())


async def test_a_backup_from_before_sounds_were_kept_is_restored(tmp_path):
    await (await a_town_hall(tmp_path / "old")).close()
    before = await told(tmp_path / "old")
    made = backup(tmp_path / "old", tmp_path / "hall.backup", "0.1.0", NOW_MS)

    restore(tmp_path / "hall.backup", tmp_path / "new")

    assert made.format == 1
    assert made.sha256.keys() == {"log.db", "keys/passes.key", "keys/log.key"}
    assert await told(tmp_path / "new") == before


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        ("flip", "was altered or cut short"),
        ("missing", "it lacks sounds/"),
        ("large", "is too large"),
        ("renamed", "no part of a town hall"),
        ("traversal", "no part of a town hall"),
        ("many", "no part of a town hall"),
    ],
)
async def test_a_harmed_sound_in_a_backup_is_told_and_leaves_nothing(
    tmp_path, harm, sentence, monkeypatch
):
    await (await a_town_hall(tmp_path / "old", 1)).close()
    SoundFolder(tmp_path / "old" / "sounds").keep(SOUND)
    file = tmp_path / "hall.backup"
    backup(tmp_path / "old", file, "0.1.0", NOW_MS)
    if harm == "many":
        monkeypatch.setattr("hustings.store.backup.SOUNDS_MAX", 0)
    _harm_sound(file, harm)

    with pytest.raises(StartRefused, match=f"cannot be restored: .*{sentence}"):
        restore(file, tmp_path / "new")

    assert {path.name for path in tmp_path.iterdir()} == {"old", "hall.backup"}


async def test_a_backup_that_cannot_be_unpacked_half_way_is_told_and_leaves_nothing(tmp_path):
    await (await a_town_hall(tmp_path / "old", 1)).close()
    long = SOUND + SeededEntropy("long").draw(250_000).hex().encode() + SOUND
    SoundFolder(tmp_path / "old" / "sounds").keep(long)
    file = tmp_path / "hall.backup"
    backup(tmp_path / "old", file, "0.1.0", NOW_MS)
    whole, half = file.read_bytes(), file.stat().st_size // 2
    file.write_bytes(whole[:half] + b"\xff" * 500 + whole[half + 500 :])

    with pytest.raises(StartRefused, match="cannot be restored"):
        restore(file, tmp_path / "new")

    assert {path.name for path in tmp_path.iterdir()} == {"old", "hall.backup"}


@pytest.mark.parametrize("harm", ["altered", "large", "many"])
async def test_a_sound_that_could_not_be_restored_is_told_before_it_is_kept(
    tmp_path, harm, monkeypatch
):
    await (await a_town_hall(tmp_path / "old", 1)).close()
    folder = tmp_path / "old" / "sounds"
    path = folder / f"{SoundFolder(folder).keep(SOUND)}.opus"
    if harm == "altered":
        path.write_bytes(SOUND[:-1])
    else:
        name = {"large": "SOUND_BYTES_MAX", "many": "SOUNDS_MAX"}[harm]
        monkeypatch.setattr(f"hustings.store.backup.{name}", 0)

    with pytest.raises(StartRefused, match="prepared sound"):
        backup(tmp_path / "old", tmp_path / "hall.backup", "0.1.0", NOW_MS)

    assert {path.name for path in tmp_path.iterdir()} == {"old"}


def test_a_directory_without_a_town_hall_has_nothing_to_back_up(tmp_path):
    with pytest.raises(StartRefused, match="There is no town hall"):
        backup(tmp_path, tmp_path / "hall.backup", "0.1.0", NOW_MS)


async def test_a_place_that_cannot_be_written_is_told(tmp_path):
    await (await a_town_hall(tmp_path / "old", 1)).close()

    with pytest.raises(StartRefused, match="cannot be written"):
        backup(tmp_path / "old", tmp_path / "nowhere" / "hall.backup", "0.1.0", NOW_MS)


def _harm(file, harm):
    whole = file.read_bytes()
    if harm == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif harm == "empty":
        file.write_bytes(b"")
    elif harm == "foreign":
        file.write_bytes(b"not a tar at all" * 100)
    else:
        with _repacked(file) as members:
            for info, content in list(members):
                if harm == "missing" and info.name == "keys/log.key":
                    members.remove((info, content))
                if harm == "traversal" and info.name == "log.db":
                    info.name = "../log.db"
                if harm == "flip" and info.name == "log.db":
                    members[members.index((info, content))] = (info, _flipped(content))


def _harm_sound(file, harm):
    with _repacked(file) as members:
        info, content = members.pop()
        told = json.loads(members[0][1])
        sha256 = told["sha256"].pop(info.name)
        if harm == "flip":
            content = _flipped(content)
        elif harm == "large":
            content += bytes(5_000_000)
        elif harm == "renamed":
            info.name = f"sounds/{'ab' * 32}.opus"
        elif harm == "traversal":
            info.name, sha256 = "sounds/../../stray.opus", "../../stray"
        told["sha256"][info.name] = sha256
        members[0] = members[0][0], json.dumps(told).encode()
        if harm != "missing":
            members.append((info, content))


@contextmanager
def _repacked(file):
    """What is in it, to be changed; written again with sizes that fit."""
    with tarfile.open(file, "r:gz") as tar:
        members = [(info, tar.extractfile(info).read()) for info in tar]
    yield members
    with tarfile.open(file, "w:gz") as tar:
        for info, content in members:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


def _flipped(content):
    return content[:-1] + bytes([content[-1] ^ 1])
