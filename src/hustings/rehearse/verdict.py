"""What a rehearsal found, and what follows from it: go, no-go or not measured. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hustings.rehearse.ears import Said
from hustings.rehearse.tally import Tally

Verdict = Literal["go", "no-go", "not measured"]
FIRST_SOUND_MS = 2_000
"""Past that, a page tries another way in."""
LATE_SHARE = 0.25
"""How much of the player's buffer may be used up by lateness."""
CROWD_LATE_MS = 250
CROWD_BUSY_PERCENT = 90
FULL = 0.9
"""Of a core: the rest is for who comes in."""
TELLING_SHARE = 0.03
"""Less of a core than this says nothing about more listeners."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, in a sentence."""

    about: str
    verdict: Verdict
    sentence: str


@dataclass(frozen=True)
class Limit:
    """What would give way, and at how many listeners."""

    what: str
    listeners: int


@dataclass(frozen=True)
class Passage:
    """A part of the rehearsal: what all crowds said at its beginning and at its end."""

    name: str
    before: Said
    after: Said
    busy: float | None = None
    """What of a core the busiest sweep took; None where edges are elsewhere."""

    @property
    def missed(self) -> int:
        return self.after.missed - self.before.missed

    @property
    def age_ms(self) -> Tally:
        return self.after.age_ms.since(self.before.age_ms)

    @property
    def late_ms(self) -> Tally:
        return self.after.late_ms.since(self.before.late_ms)


@dataclass(frozen=True)
class Measured:
    """A whole rehearsal."""

    listeners: int
    passages: Sequence[Passage]
    joined: Said
    """What those who came at once said at the end of it."""
    whole_after_ms: int
    buffer_ms: int
    bits_per_s: float
    """Of one listener's stream."""
    room: int | None
    bytes_per_listener: float | None
    free_bytes: int | None


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    findings: Sequence[Finding]
    limits: Sequence[Limit]

    @property
    def capacity(self) -> Limit | None:
        """What gives way first."""
        return min(self.limits, key=lambda limit: limit.listeners, default=None)


def judge(measured: Measured) -> Outcome:
    """The findings, and what they come to together."""
    limits = limits_of(measured)
    findings = [_inside(measured), _door(measured), _on_time(measured)]
    crowd = _crowd(measured)
    capacity = _capacity(measured, limits)
    if crowd.verdict != "go":
        # It may have missed itself what it says was missing.
        findings = [_unsure(finding) for finding in findings]
    verdicts = {finding.verdict for finding in (*findings, crowd, capacity)}
    verdict: Verdict = "go"
    if "no-go" in verdicts:
        verdict = "no-go"
    elif "not measured" in {finding.verdict for finding in (*findings, crowd)}:
        verdict = "not measured"
    return Outcome(verdict, [*findings, capacity, crowd, *_elsewhere(measured)], limits)


def limits_of(measured: Measured) -> list[Limit]:
    """Each resource alone, from what was measured, were there more listeners."""
    limits = []
    told = [(p.after.playing, p.busy) for p in measured.passages if p.busy is not None]
    playing, busy = max(told, default=(0, 0.0))
    if busy >= TELLING_SHARE:
        listeners = playing * FULL / busy
        limits.append(Limit("the processor of an edge", int(listeners)))
    if measured.room is not None:
        limits.append(Limit("descriptors of the edges", measured.room))
    if measured.free_bytes is not None and measured.bytes_per_listener:
        more = measured.free_bytes / measured.bytes_per_listener
        limits.append(Limit("memory", measured.listeners + int(more)))
    return limits


def _inside(measured: Measured) -> Finding:
    about = "those inside"
    for passage in measured.passages:
        if passage.missed:
            count = "1 part was" if passage.missed == 1 else f"{passage.missed:,} parts were"
            told = f"{count} missed while {passage.name}."
            return Finding(about, "no-go", told)
    parts = sum(p.after.parts - p.before.parts for p in measured.passages)
    return Finding(about, "go", f"None of {parts:,} parts was missed.")


def _door(measured: Measured) -> Finding:
    about, said = "the door", measured.joined
    p99 = said.first_sound_ms.at(0.99)
    if said.playing < said.wanted:
        told = f"Of {said.wanted:,} who came, {said.playing:,} had sound."
        if said.refused:
            told += f" {said.refused.total():,} times somebody was refused:"
            told += f" {', '.join(sorted(said.refused))}."
        return Finding(about, "no-go", told)
    if p99 is None or p99 > FIRST_SOUND_MS:
        return Finding(about, "no-go", f"First sound came after {p99} ms (99 of 100).")
    return Finding(about, "go", f"All who came had sound, 99 of 100 within {p99:,.0f} ms.")


def _on_time(measured: Measured) -> Finding:
    about = "on time"
    ages = Tally.sum(passage.age_ms for passage in measured.passages)
    p99 = ages.later(measured.whole_after_ms).at(0.99)
    bound = measured.buffer_ms * (1 - LATE_SHARE)
    if p99 is None:
        return Finding(about, "not measured", "Nobody heard anything.")
    told = (
        f"A part is {p99:,.0f} ms old when it arrives (99 of 100); players hold out {bound:,.0f}."
    )
    return Finding(about, "go" if p99 <= bound else "no-go", told)


def _capacity(measured: Measured, limits: Sequence[Limit]) -> Finding:
    about = "capacity"
    if not limits:
        return Finding(about, "not measured", "The edges are not on this machine.")
    least = min(limits, key=lambda limit: limit.listeners)
    told = f"{least.listeners:,} listeners; what gives way first is {least.what}."
    if not any(limit.what.startswith("the processor") for limit in limits):
        told += " What their processor bears was not told apart: rehearse with more."
    return Finding(about, "go" if measured.listeners <= least.listeners else "no-go", told)


def _crowd(measured: Measured) -> Finding:
    about = "the crowd itself"
    late = Tally.sum(passage.late_ms for passage in measured.passages).at(0.99) or 0.0
    busy = max((passage.after.busy_percent for passage in measured.passages), default=0.0)
    told = f"It was late by {late:,.0f} ms (99 of 100) and took {busy:.0f} % of a core."
    if late > CROWD_LATE_MS or busy > CROWD_BUSY_PERCENT:
        return Finding(about, "not measured", f"{told} What it says may be its own lateness.")
    return Finding(about, "go", told)


def _unsure(finding: Finding) -> Finding:
    if finding.verdict == "go":
        return finding
    return Finding(finding.about, "not measured", finding.sentence)


def _elsewhere(measured: Measured) -> list[Finding]:
    mbit = measured.bits_per_s * measured.listeners / 1e6
    return [
        Finding(
            "the uplink",
            "not measured",
            f"{measured.listeners:,} listeners take {mbit:,.0f} Mbit/s; the crowd was beside it.",
        ),
        Finding("distant phones", "not measured", "Nobody listened from elsewhere."),
    ]
