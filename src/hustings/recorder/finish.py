"""The end of a recording: its parts become one Ogg Opus and one M4A, read back before parts go.

Opus packets stay as they are; where a part is missing stands as much silence, in both files.
Captions, where there were any, become a WebVTT beside them, at the places of their parts.
Whatever dies on the way, the parts are still there and it is done again. Gives way to everyone else
after every part.
"""

import hashlib
import json
import os
import zlib
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from hustings.domain.captions import Increment, cues, webvtt
from hustings.parts.codec import OpusDecoder
from hustings.parts.grid import PART_PACKETS, PART_SAMPLES
from hustings.parts.stream import Part
from hustings.recorder import m4a, ogg
from hustings.recorder.folder import Folder

Breathe = Callable[[], Awaitable[None]]


class Unlike(Exception):
    """What was read back is not what was written."""


async def finish(folder: Folder, title: str, breathe: Breathe) -> dict[str, Any]:
    """Make the files of a recording that has at least one part. Raises OSError, Unlike and faults
    of codecs, and leaves the parts."""
    numbers = folder.load()
    first, last = min(numbers), max(numbers)
    count = last - first + 1
    made = (folder.opus, folder.m4a, folder.vtt)
    fresh = [path.with_name(path.name + ".new") for path in made]
    try:
        said, captions = await _write(folder, (first, last), title, fresh, breathe)
        await _read_back(fresh, count, said, breathe)
        if captions:
            fresh[2].write_text(webvtt(cues(captions), first))
        kept = list(zip(made, fresh, strict=True))[: 3 if captions else 2]
        told = {
            "v": 1,
            "hall": folder.path.name,
            "title": title,
            "first_part": first,
            "parts": count,
            "samples": count * PART_SAMPLES,
            "missing_parts": count - len(numbers),
            "missing": _runs(set(range(first, last + 1)) - numbers),
            "mended_parts": len(folder.mended()),
            "bytes": {path.suffix[1:]: new.stat().st_size for path, new in kept},
            "sha256": {path.suffix[1:]: _hash(new) for path, new in kept},
        }
        for path, new in kept:
            _keep(new, path)
        note = folder.told.with_name(folder.told.name + ".new")
        note.write_text(json.dumps(told, indent=1) + "\n")
        _keep(note, folder.told)
    finally:
        for path in fresh:
            path.unlink(missing_ok=True)
    folder.drop_parts()
    return told


async def _write(
    folder: Folder, span: tuple[int, int], title: str, fresh: list[Path], breathe: Breathe
) -> tuple[bytes, list[Increment]]:
    """Answers a digest of all packets, and the captions."""
    said, decoder, captions = hashlib.sha256(), OpusDecoder(), list[Increment]()
    pages = ogg.Pages(zlib.crc32(folder.path.name.encode()))
    with fresh[0].open("wb") as opus, m4a.M4a(fresh[1], title) as aac:
        opus.write(pages.head(title))
        for no, part in _every(folder.read(), *span):
            packets = sound_of(part)
            said.update(b"".join(packets))
            opus.write(pages.part(packets, last=no == span[1]))
            aac.add(b"".join(map(decoder.decode, packets)))
            caption = part.caption if part else None
            # One that came in two parts, of two stages, counts once.
            if caption and (not captions or caption[0] > captions[-1].no):
                captions.append(Increment(caption[0], no, caption[1]))
            await breathe()
    return said.digest(), captions


def sound_of(part: Part | None) -> list[bytes]:
    """Twelve packets of 20 ms, whatever came."""
    packets = part.packets if part else ()
    good = [packet if ogg.lasts_20_ms(packet) else ogg.SILENCE for packet in packets]
    return good if len(good) == PART_PACKETS else [ogg.SILENCE] * PART_PACKETS


def _every(parts: Iterator[Part], first: int, last: int) -> Iterator[tuple[int, Part | None]]:
    """Every number from first to last, with its part where there is one."""
    expected = first
    for part in parts:
        yield from ((no, None) for no in range(expected, part.no))
        yield part.no, part
        expected = part.no + 1
    yield from ((no, None) for no in range(expected, last + 1))


async def _read_back(fresh: list[Path], count: int, said: bytes, breathe: Breathe) -> None:
    found, number = hashlib.sha256(), 0
    for packet in islice(ogg.packets(fresh[0].read_bytes()), 2, None):
        found.update(packet)
        number += 1
        if number % 1000 == 0:
            await breathe()
    if (found.digest(), number) != (said, count * PART_PACKETS):
        raise Unlike("the Opus file")
    if await m4a.samples(fresh[1], breathe) != count * PART_SAMPLES:
        raise Unlike("the M4A file")


def _runs(numbers: set[int]) -> list[list[int]]:
    """As [first, last] of each run."""
    runs: list[list[int]] = []
    for no in sorted(numbers):
        if runs and runs[-1][1] == no - 1:
            runs[-1][1] = no
        else:
            runs.append([no, no])
    return runs


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _keep(fresh: Path, path: Path) -> None:
    """On disk before it is called by its name, and called so on disk."""
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
