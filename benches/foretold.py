"""Draws what was foretold beside what came.

    hustings bench foretold --json | python -m benches.foretold

Writes benches/plots/foretold.svg.
"""

import json
import sys
from pathlib import Path
from typing import Any

PLOT = Path(__file__).parent / "plots/foretold.svg"
TITLES = {
    "line": "With sound so soon after coming: 5,000 who come to a line of 100 Mbit/s",
    "door": "With sound so soon after coming: 5,000 over TLS at a fifth of a core",
}
WIDTH, HEIGHT, LEFT, TOP, GAP = 860, 220, 64, 52, 60
TONES = {"measured": "#b3401f", "forecast": "#3c6e91"}
Point = dict[str, Any]


def draw(points: list[Point]) -> str:
    """One panel for each thing that was measured, seconds across, listeners up."""
    kinds = list(dict.fromkeys(point["what"] for point in points))
    height = len(kinds) * (HEIGHT + GAP) + TOP
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="13" fill="#222">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
    ]
    for number, kind in enumerate(kinds):
        own = [point for point in points if point["what"] == kind]
        out += _panel(TITLES.get(kind, kind), own, TOP + number * (HEIGHT + GAP))
    return "\n".join([*out, "</svg>", ""])


def _panel(title: str, points: list[Point], top: float) -> list[str]:
    most = max(max(point["measured"], point["forecast"]) for point in points)
    last = max(point["at_s"] for point in points)
    bottom = top + HEIGHT - 30

    def place(point: Point, name: str) -> tuple[float, float]:
        across = (WIDTH - LEFT - 140) * point["at_s"] / last
        return LEFT + across, bottom - (bottom - top - 10) * point[name] / most

    out = [
        f'<text x="16" y="{top - 8}" font-size="16" font-weight="bold">{title}</text>',
        f'<path d="M{LEFT} {bottom}H{WIDTH - 130}" stroke="#ddd"/>',
        f'<text x="{LEFT - 8}" y="{bottom}" text-anchor="end">0</text>',
        f'<text x="{LEFT - 8}" y="{top + 14}" text-anchor="end">{most:,}</text>',
    ]
    for name, tone in TONES.items():
        places = [place(point, name) for point in points]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        x, y = places[-1]
        shift = 4 if name == "measured" else 20
        out.append(f'<polyline points="{line}" fill="none" stroke="{tone}" stroke-width="2"/>')
        out += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{tone}"/>' for a, b in places]
        out.append(f'<text x="{x + 10:.1f}" y="{y + shift:.1f}" fill="{tone}">{name}</text>')
    for point in points:
        x, _ = place(point, "measured")
        label = f"{point['at_s']} s"
        out.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{label}</text>')
    return out


def main() -> None:
    PLOT.write_text(draw(json.load(sys.stdin)["points"]))


if __name__ == "__main__":
    main()
