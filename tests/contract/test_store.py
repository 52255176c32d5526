"""What any store promises: run against SQLite and against the one in memory."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from hustings.desk.ports import Conflict
from hustings.ledger.records import Entry, Text
from hustings.store.schema import UPGRADES, TooNew, upgrade
from hustings.store.sqlite import SqliteStore
from hustings.testing.store import MemoryStore


@pytest.fixture(params=["sqlite", "memory"])
async def store(request, tmp_path):
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = await SqliteStore.open(tmp_path / "log.db")
    yield opened
    await opened.close()


def entry(seq, *, hall="demo", texts=()):
    return Entry(hall, seq, {"seq": seq, "n": 1}, bytes([seq]) * 32, tuple(texts))


ANA = Text("name", "p_ana", b"salt", "Ana Ferreira")
BEN = Text("name", "p_ben", b"salt", "Ben Okafor")


async def test_what_was_appended_is_read_back_whole_and_in_order(store):
    await store.append([entry(0), entry(1, texts=[ANA])])
    await store.append([entry(0, hall="other")])
    await store.append([entry(2)])

    assert await store.entries("demo") == [entry(0), entry(1, texts=[ANA]), entry(2)]
    assert await store.halls() == ["demo", "other"]
    assert await store.leaves() == [bytes([n]) * 32 for n in (0, 1, 0, 2)]


async def test_whoever_comes_second_with_a_number_appends_nothing(store):
    await store.append([entry(0)])

    for late in ([entry(0)], [entry(2)], [entry(1), entry(1)]):
        with pytest.raises(Conflict):
            await store.append(late)

    assert await store.entries("demo") == [entry(0)]


async def test_erasing_one_person_keeps_the_entries_and_the_others(store):
    await store.append([entry(0), entry(1, texts=[ANA]), entry(2, texts=[BEN])])

    await store.append([entry(3)], erase="p_ana")

    assert await store.entries("demo") == [entry(0), entry(1), entry(2, texts=[BEN]), entry(3)]


async def test_an_owner_link_is_good_once_and_in_time(store):
    links = store.owner_links
    await links.add(b"one", 1000)
    await links.add(b"two", 1000)

    outcomes = [
        await links.use(b"one", 999),
        await links.use(b"one", 999),
        await links.use(b"two", 1000),
        await links.use(b"never", 1),
    ]

    assert outcomes == [True, False, False, False]


async def test_erased_text_is_in_no_file(tmp_path):
    store = await SqliteStore.open(tmp_path / "log.db")
    await store.append([entry(0), entry(1, texts=[ANA])])
    assert _found(tmp_path, b"Ferreira")

    await store.append([entry(2)], erase="p_ana")

    assert not _found(tmp_path, b"Ferreira")
    await store.close()


async def test_tables_of_a_later_version_are_left_alone(tmp_path):
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/log.db")
    later = (*UPGRADES, ("CREATE TABLE later (x INTEGER)",))
    async with engine.begin() as connection:
        first = await upgrade(connection, UPGRADES)
        second = await upgrade(connection, later)
        with pytest.raises(TooNew):
            await upgrade(connection, UPGRADES)
        assert (await connection.execute(text("SELECT COUNT(*) FROM later"))).scalar() == 0
    await engine.dispose()

    assert second == first + 1


def _found(folder, needle):
    return [p for p in folder.rglob("*") if p.is_file() and needle in p.read_bytes()]
