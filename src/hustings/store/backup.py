"""A town hall in one file: the log as it stood at one moment, its keys, the prepared sounds.

A tar with a manifest that names every member and its hash. Whoever holds the file can mint passes
and sign the log, and it keeps what was erased after it was made: guard it as the keys themselves.
Not here: recordings (they are files already), and what is remade at every start.
"""

import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
import zlib
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hustings.domain.refusals import StartRefused
from hustings.store.keys import write_private
from hustings.store.schema import UPGRADES
from hustings.store.sounds import BYTES_MAX as SOUND_BYTES_MAX
from hustings.store.sounds import NAME as SOUND_NAME

FORMAT = 1
MANIFEST = "manifest.json"
LOG = "log.db"
KEYS = ("keys/passes.key", "keys/log.key")
SOUNDS_MAX = 4000
"""So many are named by a manifest that is still small."""
LOG_BYTES_MAX = 64 << 30
SMALL_BYTES_MAX = 1 << 20
BLOCK = 1 << 20
UNREADABLE = (OSError, tarfile.TarError, zlib.error, ValueError, KeyError, TypeError, EOFError)


@dataclass(frozen=True)
class Manifest:
    format: int
    version: str
    schema: int
    made_at_ms: int
    sha256: dict[str, str]

    @classmethod
    def read(cls, text: bytes) -> "Manifest":
        told = json.loads(text)
        made = cls(**told)
        whole = isinstance(made.schema, int) and isinstance(made.sha256, dict)
        if made.format != FORMAT or not whole or not made.sha256.keys() >= {LOG, *KEYS}:
            raise ValueError("another format")
        sounds = made.sha256.keys() - {LOG, *KEYS}
        if len(sounds) > SOUNDS_MAX or not all(_is_sound(n, made.sha256[n]) for n in sounds):
            raise ValueError("it names what is no part of a town hall")
        return made


def backup(data: Path, file: Path, version: str, now_ms: int) -> Manifest:
    """Write the town hall in `data` to `file`, also while it runs. Raises StartRefused."""
    if not (data / LOG).exists():
        raise StartRefused(
            f"There is no town hall in {data}.", "Name its data directory with --data."
        )
    fresh = file.with_name(file.name + ".new")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as folder:
            copy = Path(folder) / LOG
            schema = _copy_log(data / LOG, copy)
            # Sounds after the log: whatever it names was uploaded before.
            names = (*KEYS, *_sounds(data))
            members = {LOG: copy, **{name: data / name for name in names}}
            hashes = {name: _hash(path) for name, path in members.items()}
            _must_be_as_uploaded(data, members, hashes)
            manifest = Manifest(FORMAT, version, schema, now_ms, hashes)
            _pack(fresh, manifest, members)
        fresh.replace(file)
    except (OSError, sqlite3.Error) as error:
        fresh.unlink(missing_ok=True)
        raise StartRefused(
            f"The backup {file} cannot be written: {error}.", "Nothing was changed; mend that."
        ) from None
    return manifest


def restore(file: Path, data: Path) -> Manifest:
    """Lay out `file` as a data directory. Raises StartRefused and leaves nothing half done."""
    if data.exists() and any(data.iterdir()):
        raise StartRefused(
            f"There is something in {data} already.", "Restore into an empty directory with --data."
        )
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=data.parent) as folder:
            manifest = _unpack(file, Path(folder))
            (Path(folder) / LOG).chmod(0o600)
            if data.exists():
                data.rmdir()
            Path(folder).replace(data)
            Path(folder).mkdir()  # For the context to take away.
    except UNREADABLE as error:
        raise StartRefused(
            f"{file} cannot be restored: {error}.", "Take another backup; nothing was changed."
        ) from None
    return manifest


def _copy_log(log: Path, copy: Path) -> int:
    """A copy of one moment, whoever writes meanwhile; answers the version of its tables."""
    with (
        closing(sqlite3.connect(f"file:{log}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
        schema: int = target.execute("SELECT version FROM schema").fetchone()[0]
    copy.chmod(0o600)
    return schema


def _sounds(data: Path) -> list[str]:
    found = [p.name for p in (data / "sounds").glob("*.opus") if SOUND_NAME.fullmatch(p.stem)]
    if len(found) > SOUNDS_MAX:
        raise StartRefused(
            f"There are {len(found)} prepared sounds in {data}, more than {SOUNDS_MAX}.",
            "Move those that no hall plays out of its folder sounds.",
        )
    return [f"sounds/{name}" for name in sorted(found)]


def _must_be_as_uploaded(data: Path, members: dict[str, Path], hashes: dict[str, str]) -> None:
    for name in members.keys() - {LOG, *KEYS}:
        if not _is_sound(name, hashes[name]) or members[name].stat().st_size > SOUND_BYTES_MAX:
            raise StartRefused(
                f"The prepared sound {data / name} is not what was uploaded.",
                "Move it away, upload it again if it is played, and take the backup then.",
            )


def _is_sound(name: str, sha256: str) -> bool:
    return SOUND_NAME.fullmatch(sha256) is not None and name == f"sounds/{sha256}.opus"


def _pack(file: Path, manifest: Manifest, members: dict[str, Path]) -> None:
    out = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(out, "wb") as raw, tarfile.open(fileobj=raw, mode="w:gz") as tar:
        text = json.dumps(asdict(manifest), indent=1).encode()
        tar.addfile(_header(MANIFEST, len(text)), io.BytesIO(text))
        for name, path in members.items():
            with path.open("rb") as content:
                tar.addfile(_header(name, path.stat().st_size), content)
        tar.close()
        raw.flush()
        os.fsync(raw.fileno())


def _header(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


def _unpack(file: Path, folder: Path) -> Manifest:
    with tarfile.open(file, "r:gz") as tar:
        first = tar.next()
        if first is None or first.name != MANIFEST:
            raise ValueError("it is no backup of a town hall")
        manifest = Manifest.read(_read(tar, first, SMALL_BYTES_MAX))
        if manifest.schema > len(UPGRADES):
            raise ValueError(f"it was made by a later version, {manifest.version}")
        missing = set(manifest.sha256)
        while (info := tar.next()) is not None:
            if info.name not in missing or not info.isfile():
                raise ValueError(f"it holds something else: {info.name}")
            missing.discard(info.name)
            _lay_out(tar, info, folder)
    if missing:
        raise ValueError(f"it lacks {', '.join(sorted(missing))}")
    for name, wanted in manifest.sha256.items():
        if _hash(folder / name) != wanted:
            raise ValueError(f"{name} was altered or cut short")
    return manifest


def _lay_out(tar: tarfile.TarFile, info: tarfile.TarInfo, folder: Path) -> None:
    if info.name in KEYS:
        write_private(folder / info.name, _read(tar, info, SMALL_BYTES_MAX).decode())
        return
    if info.size > (LOG_BYTES_MAX if info.name == LOG else SOUND_BYTES_MAX):
        raise ValueError(f"{info.name} is too large")
    content: Any = tar.extractfile(info)
    path = folder / info.name
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as out:
        while block := content.read(BLOCK):
            out.write(block)


def _read(tar: tarfile.TarFile, info: tarfile.TarInfo, most: int) -> bytes:
    if info.size > most or not info.isfile():
        raise ValueError(f"{info.name} is not what it should be")
    content: Any = tar.extractfile(info)
    text: bytes = content.read()
    return text


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
