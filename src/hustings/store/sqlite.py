"""The log on SQLite: what is committed here happened, and what is erased here is gone.

One process, one connection, so that appending and erasing need no further lock. `secure_delete`
overwrites what is deleted; the write-ahead log is emptied after an erasure, because it holds older
pages.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from hustings.desk.ports import Conflict, Unwritable
from hustings.domain.ids import HallId, PersonId
from hustings.ledger.canonical import canonical
from hustings.ledger.records import Entry, Text
from hustings.store.schema import UPGRADES, upgrade

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # An answer given is an answer kept, also when the power goes.
    "secure_delete=ON",
    "foreign_keys=ON",
    "busy_timeout=5000",
)


class SqliteStore:
    """Fulfils `Store` and, as `owner_links`, `OwnerLinks`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    async def open(cls, path: Path) -> "SqliteStore":
        engine = create_async_engine(
            f"sqlite+aiosqlite:///{path}", pool_size=1, max_overflow=0, hide_parameters=True
        )
        event.listen(engine.sync_engine, "connect", _prepare)
        async with engine.begin() as connection:
            await upgrade(connection, UPGRADES)
        return cls(engine)

    async def close(self) -> None:
        await self._engine.dispose()

    async def append(self, entries: Sequence[Entry], *, erase: PersonId | None = None) -> None:
        try:
            await self._append(entries, erase)
        except OperationalError as error:
            raise Unwritable(str(error.orig)) from error
        if erase is not None:
            await self._empty_the_write_ahead_log()

    async def _append(self, entries: Sequence[Entry], erase: PersonId | None) -> None:
        hall = entries[0].hall
        async with self._engine.begin() as connection:
            expected = (
                await connection.execute(
                    text("SELECT COALESCE(MAX(seq) + 1, 0) FROM entries WHERE hall = :h"),
                    {"h": hall},
                )
            ).scalar_one()
            if entries[0].seq != expected:
                raise Conflict(f"{hall} is at {expected}, not {entries[0].seq}")
            try:
                await connection.execute(text(_INSERT_ENTRY), [_row(entry) for entry in entries])
            except IntegrityError as error:
                raise Conflict(f"{hall}: numbers that are taken") from error
            texts = [row for entry in entries for row in _text_rows(entry)]
            if texts:
                await connection.execute(text(_INSERT_TEXT), texts)
            if erase is not None:
                await connection.execute(
                    text("DELETE FROM texts WHERE hall = :h AND person = :p"),
                    {"h": hall, "p": erase},
                )

    async def _empty_the_write_ahead_log(self) -> None:
        async with self._engine.connect() as connection:
            busy = (await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))).one()[0]
        assert not busy, "somebody else holds the log open, and erased text may still be on disk"

    async def halls(self) -> list[HallId]:
        async with self._engine.connect() as connection:
            rows = await connection.execute(
                text("SELECT hall FROM entries WHERE seq = 0 ORDER BY position")
            )
            return [HallId(row.hall) for row in rows]

    async def entries(self, hall: HallId) -> list[Entry]:
        texts: dict[int, list[Text]] = defaultdict(list)
        async with self._engine.connect() as connection:
            for row in await connection.execute(
                text("SELECT * FROM texts WHERE hall = :h ORDER BY seq, field"), {"h": hall}
            ):
                texts[row.seq].append(Text(row.field, row.person, row.salt, row.value))
            rows = await connection.execute(
                text("SELECT seq, record, hash FROM entries WHERE hall = :h ORDER BY seq"),
                {"h": hall},
            )
            return [
                Entry(hall, row.seq, json.loads(row.record), row.hash, tuple(texts[row.seq]))
                for row in rows
            ]

    async def leaves(self) -> list[bytes]:
        async with self._engine.connect() as connection:
            rows = await connection.execute(text("SELECT hash FROM entries ORDER BY position"))
            return [row.hash for row in rows]

    async def keep_checkpoint(self, size: int, note: str) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(
                text("INSERT OR IGNORE INTO checkpoints VALUES (:size, :note)"),
                {"size": size, "note": note},
            )

    @property
    def owner_links(self) -> "SqliteOwnerLinks":
        return SqliteOwnerLinks(self._engine)


class SqliteOwnerLinks:
    """One-time links, of which only a hash is kept."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, token_hash: bytes, expires_at_ms: int) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(
                text("INSERT INTO owner_links VALUES (:t, :e, NULL)"),
                {"t": token_hash, "e": expires_at_ms},
            )

    async def use(self, token_hash: bytes, now_ms: int) -> bool:
        async with self._engine.begin() as connection:
            used = await connection.execute(
                text(
                    "UPDATE owner_links SET used_at_ms = :now"
                    " WHERE token_hash = :t AND used_at_ms IS NULL AND expires_at_ms > :now"
                ),
                {"t": token_hash, "now": now_ms},
            )
            return bool(used.rowcount)


_INSERT_ENTRY = "INSERT INTO entries (hall, seq, record, hash) VALUES (:hall, :seq, :record, :hash)"
_INSERT_TEXT = "INSERT INTO texts VALUES (:hall, :seq, :field, :person, :salt, :value)"


def _row(entry: Entry) -> dict[str, Any]:
    record = canonical(entry.record).decode()
    return {"hall": entry.hall, "seq": entry.seq, "record": record, "hash": entry.hash}


def _text_rows(entry: Entry) -> list[dict[str, Any]]:
    return [
        {
            "hall": entry.hall,
            "seq": entry.seq,
            "field": kept.field,
            "person": kept.person,
            "salt": kept.salt,
            "value": kept.value,
        }
        for kept in entry.texts
    ]


def _prepare(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
