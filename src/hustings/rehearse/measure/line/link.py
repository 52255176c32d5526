"""The fate of each packet on a bad line: how late it comes, or that it does not. No sockets, no
clock; one seed is one line."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line, in both directions alike. Times in milliseconds; `percent` of
    packets are lost, independently of each other."""

    percent: float = 0.0
    rtt_ms: float = 0.0
    jitter_ms: float = 0.0
    """Round trips differ by up to this much from `rtt_ms`, evenly; packets overtake each other."""
    burst_ms: float = 0.0
    """Dead for so long, every `every_ms`."""
    every_ms: float = 5_000.0
    outage_ms: float = 0.0
    """Dead once for so long, from `outage_at_ms`."""
    outage_at_ms: float = 0.0

    def is_dead(self, at_ms: float) -> bool:
        """Whether nothing passes, so long after losses began."""
        in_burst = at_ms >= self.every_ms and at_ms % self.every_ms < self.burst_ms
        return in_burst or 0 <= at_ms - self.outage_at_ms < self.outage_ms


class Way:
    """One direction of one line. Delays are there from the start, losses from 0 ms on.

    Each packet draws its own numbers, whether or not the line is dead: a longer outage leaves the
    losses around it as they were.
    """

    def __init__(self, fault: Fault, *seed: int) -> None:
        self._fault = fault
        losses, delays = np.random.SeedSequence(seed).spawn(2)
        self._losses, self._delays = np.random.default_rng(losses), np.random.default_rng(delays)
        self.passed = 0
        self.dropped = 0

    def fate(self, at_ms: float) -> float | None:
        """Milliseconds until a packet comes that is sent so long after losses began, negative
        before; None where it is lost."""
        delay = self._delay_ms()
        if at_ms < 0:
            return delay
        is_lost = self._losses.random() * 100 < self._fault.percent
        if is_lost or self._fault.is_dead(at_ms):
            self.dropped += 1
            return None
        self.passed += 1
        return delay

    def _delay_ms(self) -> float:
        spread = self._delays.random() * 2 - 1
        return max(0.0, (self._fault.rtt_ms + spread * self._fault.jitter_ms) / 2)
