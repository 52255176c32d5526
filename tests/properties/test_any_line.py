"""Whatever is wrong with a line: losses are as many as were asked for, and where they were."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hustings.rehearse.measure.line.link import Fault, Way

PACKETS = 4_000
EVERY_MS = 20
FAULTS = st.builds(
    Fault,
    percent=st.floats(0, 100),
    rtt_ms=st.floats(0, 500),
    jitter_ms=st.floats(0, 200),
    burst_ms=st.floats(0, 1_000),
    every_ms=st.floats(1_000, 10_000),
    outage_ms=st.floats(0, 5_000),
    outage_at_ms=st.floats(0, 60_000),
)
SEEDS = st.integers(0, 2**32)


def fates(fault: Fault, *seed: int, since_ms: int = 0) -> list[tuple[int, float | None]]:
    way = Way(fault, *seed)
    times = range(since_ms, since_ms + PACKETS * EVERY_MS, EVERY_MS)
    return [(at, way.fate(at)) for at in times]


@settings(max_examples=40, deadline=None)
@given(FAULTS, SEEDS)
def test_the_share_that_is_lost_is_the_one_asked_for_and_all_of_an_outage(
    fault: Fault, seed: int
) -> None:
    told = fates(fault, seed)

    alive = [delay for at, delay in told if not fault.is_dead(at)]
    share = fault.percent / 100
    spread = 6 * (share * (1 - share) / max(1, len(alive))) ** 0.5 + 1e-9
    lost = sum(delay is None for delay in alive) / max(1, len(alive))
    assert abs(lost - share) <= spread + 1 / max(1, len(alive))
    assert all(delay is None for at, delay in told if fault.is_dead(at))


@settings(max_examples=40, deadline=None)
@given(FAULTS, SEEDS)
def test_delays_are_half_a_round_trip_and_half_its_jitter(fault: Fault, seed: int) -> None:
    delays = [delay for _, delay in fates(fault, seed) if delay is not None]

    least = max(0.0, (fault.rtt_ms - fault.jitter_ms) / 2)
    assert all(least <= delay <= (fault.rtt_ms + fault.jitter_ms) / 2 for delay in delays)


@settings(max_examples=20, deadline=None)
@given(FAULTS, SEEDS)
def test_one_seed_is_one_line_and_nothing_is_lost_before_losses_begin(
    fault: Fault, seed: int
) -> None:
    assert fates(fault, seed, 0) == fates(fault, seed, 0)

    before = fates(fault, seed, since_ms=-PACKETS * EVERY_MS)
    assert all(delay is not None for _, delay in before)


@settings(max_examples=20, deadline=None)
@given(st.integers(10, 90), SEEDS)
def test_lines_to_two_stages_lose_packets_of_their_own(percent: int, seed: int) -> None:
    one, other = (fates(Fault(percent=percent), seed, n) for n in (0, 1))

    share = percent / 100
    both = sum(a is None and b is None for (_, a), (_, b) in zip(one, other, strict=True))
    assert abs(both / PACKETS - share**2) < 6 * (share**2 * (1 - share**2) / PACKETS) ** 0.5
