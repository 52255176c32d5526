"""Draws what was measured: `python -m benches.peers.plot benches/plots/peers.jsonl`.

Reads the lines that the measurements print; writes peers-cost.svg and peers-joins.svg beside them.
"""

import json
import math
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, ROW, TOP = 860, 320, 150, 30, 56
TONES = {"hustings": "#b3401f", "icecast": "#3c6e91", "nginx": "#4b7f52", "mediamtx": "#8a6d3b"}
OTHER = "#6b5b95"
DISTURBED = 0.1
"""So much of the core went to others than the peer, beyond calm: such a run tells of them."""
Told = dict[str, Any]


@dataclass(frozen=True)
class Bar:
    """The middle of what was measured, and how far apart it was."""

    label: str
    tone: str
    values: tuple[float, ...]
    note: str

    @property
    def middle(self) -> float:
        return float(median(self.values))


@dataclass(frozen=True)
class Chart:
    title: str
    under: str
    bars: tuple[Bar, ...]
    ticks: tuple[float, ...]
    place: Callable[[float], float]
    """Where a value lies, from 0 to 1."""


def read(text: str) -> list[Told]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def cost(lines: Iterable[Told]) -> Chart:
    told = [line for line in lines if line.get("beyond_own_share", 1) <= DISTURBED]
    bars = _bars(told, lambda line: float(line["server_us_per_listener_second"]), _microseconds)
    least, most = math.log10(3), math.log10(3_000)
    return Chart(
        "Processor time a listener and second",
        "µs of the core that serves, on a logarithmic scale; shorter is better",
        bars,
        (3, 10, 30, 100, 300, 1_000, 3_000),
        lambda value: (math.log10(max(3, value)) - least) / (most - least),
    )


def joins(lines: Iterable[Told]) -> Chart:
    told = [line for line in lines if line.get("joins")]
    bars = _bars(told, lambda line: 100 * float(line["joined_share"]), _percent)
    return Chart(
        "All at once at the door: with sound within 15 s",
        "% of those who came, while others sit; longer is better",
        bars,
        (0, 25, 50, 75, 100),
        lambda value: value / 100,
    )


def _microseconds(values: tuple[float, ...], _: list[Told]) -> str:
    return f"{median(values):,.1f} µs" if median(values) < 100 else f"{median(values):,.0f} µs"


def _percent(values: tuple[float, ...], lines: list[Told]) -> str:
    late = median(line["first_sound_ms"]["p99"] for line in lines)
    return f"{median(values):.0f} %, p99 {late / 1000:.1f} s"


def _bars(
    lines: list[Told],
    value: Callable[[Told], float],
    note: Callable[[tuple[float, ...], list[Told]], str],
) -> tuple[Bar, ...]:
    groups: dict[str, list[Told]] = {}
    for line in lines:
        groups.setdefault(label(line), []).append(line)
    bars = []
    for name, group in groups.items():
        values = tuple(value(line) for line in group)
        bars.append(Bar(name, TONES.get(group[0]["peer"], OTHER), values, note(values, group)))
    return tuple(bars)


def label(line: Told) -> str:
    """Who, how, and how many."""
    given = line["settings"]
    crowd = f"{line['joins']:,}+{line['sitting']:,}" if "joins" in line else line["listeners"]
    many = crowd if isinstance(crowd, str) else f"{crowd:,}"
    match line["peer"]:
        case "icecast":
            how = f"page {given['page_ms']} ms, {given['kbits']} kbit/s"
        case "mediamtx" if given["variant"] == "lowLatency":
            how = f"part {given['part_ms']} ms"
        case "nginx" | "mediamtx":
            how = f"segment {given['segment_ms'] / 1000:g} s"
        case "livekit":
            how = f"packet {given['packet_ms']} ms"
        case _:
            how = f"part {given['part_ms']} ms"
    return f"{line['peer']}, {how}, {many}"


def draw(chart: Chart) -> str:
    height = TOP + ROW * len(chart.bars) + 34
    span = WIDTH - LEFT - RIGHT
    bottom = TOP + ROW * len(chart.bars)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="13" fill="#222">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="16" y="24" font-size="16" font-weight="bold">{escape(chart.title)}</text>',
        f'<text x="16" y="43" fill="#666">{escape(chart.under)}</text>',
    ]
    for tick in chart.ticks:
        x = LEFT + span * chart.place(tick)
        out.append(f'<path d="M{x:.1f} {TOP}V{bottom}" stroke="#ddd"/>')
        out.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{tick:,g}</text>')
    for row, bar in enumerate(chart.bars):
        y, length = TOP + ROW * row + 5, span * chart.place(bar.middle)
        least, most = (LEFT + span * chart.place(end(bar.values)) for end in (min, max))
        out += [
            f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(bar.label)}</text>',
            f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="20" fill="{bar.tone}"/>',
            f'<path d="M{least:.1f} {y + 10}H{most:.1f}" stroke="#222" stroke-width="2"/>',
            f'<text x="{max(most, LEFT + length) + 6:.1f}" y="{y + 15}">{escape(bar.note)}</text>',
        ]
    return "\n".join([*out, "</svg>", ""])


def main() -> None:
    source = Path(sys.argv[1])
    lines = read(source.read_text())
    source.with_name("peers-cost.svg").write_text(draw(cost(lines)))
    source.with_name("peers-joins.svg").write_text(draw(joins(lines)))


if __name__ == "__main__":
    main()
