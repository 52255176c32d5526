"""A rehearsal as one HTML file that needs nothing else: the verdict, and what was measured."""

from collections.abc import Sequence
from html import escape
from typing import Any

from hustings.rehearse.verdict import Outcome

WIDTH, HEIGHT, LEFT, BOTTOM = 560, 170, 64, 24
STEPS = 4
STYLE = """
:root { color-scheme: light dark; --paper: #f7f5ef; --card: #fffefa; --ink: #1c211e;
  --soft: #525a54; --line: #d8d3c6; --green: #1d5c45; --amber: #804700; --clay: #9a3c26 }
@media (prefers-color-scheme: dark) { :root { --paper: #131614; --card: #1c211e; --ink: #eeebe2;
  --soft: #aeb4ad; --line: #363d38; --green: #7fcaa7; --amber: #f3bb65; --clay: #f09c83 } }
body { margin: 0 auto; max-width: 48rem; padding: 24px 16px 48px; background: var(--paper);
  color: var(--ink); font: 1.0625rem/1.5 Seravek, "Gill Sans Nova", Ubuntu, Calibri, "Noto Sans",
  "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 } h2 { font-size: 1.125rem; margin: 32px 0 4px }
p { margin: 4px 0 } .soft, figcaption, text { color: var(--soft); fill: var(--soft) }
table { border-collapse: collapse; width: 100%; margin-top: 24px } td { padding: 8px 12px 8px 0;
  border-top: 1px solid var(--line); vertical-align: top }
.go { color: var(--green) } .no-go { color: var(--clay) } .not-measured { color: var(--amber) }
td:first-child, .word { font-weight: 600; white-space: nowrap }
figure { margin: 0; overflow-x: auto } svg { display: block; width: 100%; min-width: 30rem;
  height: auto; background: var(--card); border-radius: 12px } text { font: 13px sans-serif }
line { stroke: var(--line) } path { fill: none; stroke: var(--green); stroke-width: 2;
  vector-effect: non-scaling-stroke } rect.passage { fill: var(--line); opacity: 0.25 }
@media (max-width: 40rem) { td { display: block; border: 0; padding: 0 }
  td:first-child { border-top: 1px solid var(--line); padding-top: 8px }
  td:last-child { padding-bottom: 8px } }
"""
PLOTS = (
    ("playing", "Listeners with sound", "", 1),
    ("age_ms_p99", "Age of the sound as it arrives, 99 of 100, in seconds", "s", 1e-3),
    ("busy", "What of a core the busiest sweep takes, in percent", "%", 100),
    ("missed", "Parts missed so far", "", 1),
    ("crowd_late_ms_p99", "How late the crowd itself was, 99 of 100, in milliseconds", "ms", 1),
)


def page(told: dict[str, Any], outcome: Outcome, rows: Sequence[dict[str, Any]]) -> str:
    """`told`: what was asked for, by name. `rows`: as scenario.table makes them."""
    word = outcome.verdict.replace(" ", "-")
    asked = ", ".join(f"{name.replace('_', ' ')} {_plain(value)}" for name, value in told.items())
    findings = "".join(
        f"<tr><td>{escape(f.about)}</td><td class='word {f.verdict.replace(' ', '-')}'>"
        f"{escape(f.verdict)}</td><td>{escape(f.sentence)}</td></tr>"
        for f in outcome.findings
    )
    limits = "".join(
        f"<tr><td>{escape(limit.what)}</td><td></td><td>{limit.listeners:,} listeners</td></tr>"
        for limit in sorted(outcome.limits, key=lambda limit: limit.listeners)
    )
    plots = "".join(_plot(rows, *plot) for plot in PLOTS)
    return (
        "<!doctype html><html lang='en'><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width'>"
        f"<title>Rehearsal: {escape(outcome.verdict)}</title><style>{STYLE}</style>"
        f"<h1>Rehearsal: <span class='{word}'>{escape(outcome.verdict)}</span></h1>"
        f"<p class='soft'>{escape(asked)}</p><table>{findings}</table>"
        f"<h2>What gives way first</h2><table>{limits}</table>{plots}</html>\n"
    )


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _plot(rows: Sequence[dict[str, Any]], name: str, title: str, unit: str, factor: float) -> str:
    points = [
        (float(row["t_s"]), float(row[name]) * factor) for row in rows if row[name] is not None
    ]
    heading = f"<h2>{escape(title)}</h2>"
    if len(points) < 2:
        return f"{heading}<p class='soft'>Not measured.</p>"
    end, top = max(at for at, _ in points), _round_up(max(value for _, value in points))

    def x(at: float) -> float:
        return LEFT + at / end * (WIDTH - LEFT - 8)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - 12)

    drawn = []
    for n, (passage, since, until) in enumerate(_passages(rows)):
        if n % 2:
            drawn.append(
                f"<rect class='passage' x='{x(since):.1f}' y='0' "
                f"width='{x(until) - x(since):.1f}' height='{HEIGHT - BOTTOM}'/>"
            )
        drawn.append(f"<title>{escape(passage)}</title>" if n == 0 else "")
    for step in range(STEPS + 1):
        value = top * step / STEPS
        at_y, right = f"{y(value):.1f}", WIDTH - 8
        drawn.append(f"<line x1='{LEFT}' x2='{right}' y1='{at_y}' y2='{at_y}'/>")
        label = f"x='{LEFT - 6}' y='{y(value) + 4:.1f}' text-anchor='end'"
        drawn.append(f"<text {label}>{value:,.6g}{unit}</text>")
    for step in range(STEPS + 1):
        at = end * step / STEPS
        anchor = "end" if step == STEPS else "middle"
        drawn.append(
            f"<text x='{x(at):.1f}' y='{HEIGHT - 6}' text-anchor='{anchor}'>{at:.0f} s</text>"
        )
    line = "L".join(f"{x(at):.1f},{y(value):.1f}" for at, value in points)
    return (
        f"{heading}<figure><svg viewBox='0 0 {WIDTH} {HEIGHT}' role='img' "
        f"aria-label='{escape(title)}'>{''.join(drawn)}<path d='M{line}'/></svg></figure>"
    )


def _passages(rows: Sequence[dict[str, Any]]) -> list[tuple[str, float, float]]:
    """Each with its first and last moment, one after the other."""
    found: list[tuple[str, float, float]] = []
    for row in rows:
        if found and found[-1][0] == row["passage"]:
            found[-1] = (found[-1][0], found[-1][1], row["t_s"])
        else:
            since = found[-1][2] if found else 0.0
            found.append((row["passage"], since, row["t_s"]))
    return found


def _round_up(value: float) -> float:
    """The least of 1, 2, 4, 10 times a power of ten that holds it, so that quarters are even."""
    if value <= 0:
        return 1.0
    power = 10.0 ** len(str(int(value))) / 10 if value >= 1 else 0.01
    while True:
        for step in (1, 2, 4, 8):
            if power * step >= value:
                return power * step
        power *= 10
