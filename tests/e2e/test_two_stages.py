"""Promise 2: the death of a stage takes no word from anyone."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from tests.e2e.conftest import TownHall, until
from tests.e2e.people import VOICES, Talking, crowd, last_line, lines, speaker, stream
from tests.e2e.sound import a_voice, best_match, decoded, envelope, heard_in, holes

LISTENERS = 20
KILLS = 5
BESIDE_PARTS = 32
RATE_HZ = 48_000


def both(hall: TownHall, given: dict[str, dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
    seats = ("ana", "ben")
    return [speaker(hall, s, given[s], file=str(VOICES / f"{s}.opus"), **more) for s in seats]


async def ears(hall: TownHall, folder: Path) -> asyncio.subprocess.Process:
    order = {"count": LISTENERS, "stream": stream(hall), "ramp_per_s": 100}
    kept = {"save": str(folder / "heard.mp4"), "dump": str(folder / "parts.tsv")}
    return await crowd(folder, "listen", {"listeners": {**order, **kept}})


async def all_heard(hall: TownHall) -> bool:
    told = lines(hall)
    return [line["seat"] for line in told if line["heard"]] == ["ana", "ben"]


def programme(stage: str, into: Path) -> tuple[int, np.ndarray[Any, Any]]:
    """Some seconds of what one stage sends, and where in media time they begin."""
    data, late = bytearray(), {"from": 99_999_999_999}
    with httpx.stream("GET", f"http://{stage}/h/eve/live.mp4", params=late) as answer:
        for piece in answer.iter_raw():
            data += piece
            if data.count(b"moof") > BESIDE_PARTS:
                break
    into.write_bytes(data)
    at = data.index(b"tfdt") + 8
    return int.from_bytes(data[at : at + 8], "big"), decoded(into)


async def lag_ms(hall: TownHall, folder: Path) -> float:
    """How far the programme of the second stage is behind that of the first."""
    stages = [f"127.0.0.1:{hall.port + offset}" for offset in (4, 8)]
    told = await asyncio.gather(
        *(
            asyncio.to_thread(programme, stage, folder / f"stage{n}.mp4")
            for n, stage in enumerate(stages)
        )
    )
    start = max(first for first, _ in told) + RATE_HZ
    one, two = (sound[start - first :] for first, sound in told)
    length = min(len(one), len(two))
    assert length > 4 * RATE_HZ
    one, two = one[:length], two[:length]
    size = 1 << (2 * length).bit_length()
    product = np.fft.irfft(np.conj(np.fft.rfft(one, size)) * np.fft.rfft(two, size), size)
    at = int(np.argmax(product))
    return (at if at < size // 2 else at - size) * 1000 / RATE_HZ


async def kill_in_turn(hall: TownHall, talking: Talking) -> None:
    for n in range(KILLS):
        await talking.through_the_death_of(hall, f"stage-{n % 2 + 1}")


async def test_stages_die_in_turn_and_nobody_misses_a_word(
    town_hall: TownHall, tmp_path: Path
) -> None:
    given = town_hall.live_hall("ana", "ben")
    talking = Talking(await crowd(tmp_path, "talk", {"speakers": both(town_hall, given)}))
    await until(lambda: talking.stand(2), "two lines of each speaker")
    await until(lambda: all_heard(town_hall), "both heard")
    await asyncio.sleep(2)
    listening = await ears(town_hall, tmp_path)

    await kill_in_turn(town_hall, talking)
    apart_ms = await lag_ms(town_hall, tmp_path)
    listening.terminate()
    heard = (await last_line(listening))["listeners"]
    await talking.end()

    sound, said = heard_in(tmp_path / "heard.mp4"), envelope(a_voice(tmp_path / "said.wav"))
    score, at = best_match(sound, said)
    numbers = [int(row.split("\t")[0]) for row in (tmp_path / "parts.tsv").read_text().splitlines()]
    print(f"score {score:.3f} lag {apart_ms:.2f} ms {heard}")
    assert (heard["playing"], heard["missed"], heard["reconnects"]) == (LISTENERS, 0, 0)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert score > 0.9
    assert holes(sound, said, at) == []
    assert abs(apart_ms) <= 5


async def test_who_has_one_line_is_heard_when_the_other_stage_dies(
    town_hall: TownHall, tmp_path: Path
) -> None:
    given = town_hall.live_hall("ana", "ben")
    order = {"speakers": both(town_hall, given, stages=1)}
    talking = Talking(await crowd(tmp_path, "talk", order))
    await until(lambda: talking.stand(1), "a line of each speaker")
    await until(lambda: all_heard(town_hall), "both heard")
    await asyncio.sleep(2)
    listening = await ears(town_hall, tmp_path)
    await asyncio.sleep(2)

    apart_ms = await lag_ms(town_hall, tmp_path)
    os.kill(town_hall.pid("stage-2"), signal.SIGKILL)
    await asyncio.sleep(4)
    listening.terminate()
    heard = (await last_line(listening))["listeners"]
    await talking.end()

    sound, said = heard_in(tmp_path / "heard.mp4"), envelope(a_voice(tmp_path / "said.wav"))
    score, at = best_match(sound, said)
    assert heard["missed"] == 0
    assert score > 0.9
    assert holes(sound, said, at) == []
    # Copies carry the time at which they came to the first stage.
    assert abs(apart_ms) <= 1
