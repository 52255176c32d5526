"""The tables of the log, and the steps from each version of them to the next.

Released steps never change; a new one is added at the end. `texts` is the only table that holds
anything personal.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

UPGRADES: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE entries (
            position INTEGER PRIMARY KEY,
            hall TEXT NOT NULL,
            seq INTEGER NOT NULL,
            record TEXT NOT NULL,
            hash BLOB NOT NULL,
            UNIQUE (hall, seq))""",
        """CREATE TABLE texts (
            hall TEXT NOT NULL,
            seq INTEGER NOT NULL,
            field TEXT NOT NULL,
            person TEXT NOT NULL,
            salt BLOB NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (hall, seq, field))""",
        "CREATE INDEX texts_by_person ON texts (person)",
        "CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, note TEXT NOT NULL)",
        """CREATE TABLE owner_links (
            token_hash BLOB PRIMARY KEY,
            expires_at_ms INTEGER NOT NULL,
            used_at_ms INTEGER)""",
    ),
)


class TooNew(Exception):
    """The data was written by a later version than this one."""


async def upgrade(connection: AsyncConnection, steps: tuple[tuple[str, ...], ...]) -> int:
    """Bring the tables to the version after the last of `steps`; answers that version."""
    await connection.execute(text("CREATE TABLE IF NOT EXISTS schema (version INTEGER NOT NULL)"))
    version = (await connection.execute(text("SELECT version FROM schema"))).scalar()
    if version is None:
        await connection.execute(text("INSERT INTO schema VALUES (0)"))
        version = 0
    if version > len(steps):
        raise TooNew(f"its tables are of version {version}, and this program knows {len(steps)}")
    for step in steps[version:]:
        for statement in step:
            await connection.execute(text(statement))
    await connection.execute(text("UPDATE schema SET version = :v"), {"v": len(steps)})
    return len(steps)
