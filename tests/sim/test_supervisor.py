"""The supervisor's decisions in virtual time, without a process."""

import random

import pytest

from hustings.fleet.supervisor import (
    Begin,
    Died,
    Done,
    Hold,
    Kill,
    Release,
    Restarting,
    Start,
    Stop,
    Supervisor,
    Terminate,
    Tick,
    Up,
)


def out(core):
    found = []
    while (wanted := core.poll()) is not None:
        found.append(wanted)
    return found


def running(*names, now_ms=0):
    core = Supervisor(names)
    core.handle(Begin(), now_ms)
    assert out(core) == [Start(name) for name in names]
    for name in names:
        core.handle(Up(name), now_ms)
    return core


def test_whoever_dies_comes_back_after_a_moment():
    core = running("desk", "edge")

    core.handle(Died("desk", -9), 50)
    told = out(core)
    early = core.handle(Tick(), 149) or out(core)
    core.handle(Tick(), 150)

    assert told == [Restarting("desk", -9, 100)]
    assert early == []
    assert out(core) == [Start("desk")]


def test_the_pause_doubles_up_to_five_seconds_and_a_healthy_life_forgets_it():
    core, now, pauses = running("desk"), 0, []
    for alive_ms in [0] * 8 + [10_000, 0]:
        now += alive_ms
        core.handle(Died("desk", 1), now)
        pauses.append(out(core)[0].in_ms)
        now = core.deadline()
        core.handle(Tick(), now)
        core.handle(Up("desk"), now)
        out(core)

    assert pauses == [100, 200, 400, 800, 1600, 3200, 5000, 5000, 100, 200]


def test_a_held_child_stays_dead_until_it_is_released():
    core = running("desk")

    core.handle(Hold("desk"), 1)
    core.handle(Died("desk", -9), 2)
    held = out(core)
    core.handle(Tick(), 60_000)
    still = out(core)
    core.handle(Release("desk"), 60_001)

    assert (held, still) == ([Kill("desk")], [])
    assert out(core) == [Start("desk")]


def test_a_child_released_before_it_was_dead_comes_back():
    core = running("desk")

    core.handle(Hold("desk"), 1)
    core.handle(Release("desk"), 2)
    core.handle(Died("desk", -9), 3)
    core.handle(Tick(), 103)

    assert Start("desk") in out(core)


def test_those_found_running_are_not_started_again():
    core = Supervisor(["nats", "desk", "edge"])

    core.handle(Begin(frozenset({"nats", "edge"})), 0)
    core.handle(Up("desk"), 1)

    assert out(core) == [Start("desk")]


def test_stopping_asks_first_and_kills_after_five_seconds():
    core = running("desk", "edge")

    core.handle(Stop(), 100)
    asked = out(core)
    core.handle(Died("desk", 0), 200)
    core.handle(Tick(), 5100)
    killed = out(core)
    core.handle(Died("edge", -9), 5101)

    assert asked == [Terminate("desk"), Terminate("edge")]
    assert killed == [Kill("edge")]
    assert out(core) == [Done(None)]


def test_a_child_that_cannot_be_started_at_all_ends_the_house_and_is_named():
    core = running("desk", "edge")

    core.handle(Died("edge", 2), 5)
    core.handle(Died("desk", 0), 6)

    assert out(core) == [Terminate("desk"), Done("edge")]


@pytest.mark.parametrize("adopted", [True, False])
def test_a_child_that_has_run_before_is_tried_again_whatever_it_says(adopted):
    core = Supervisor(["edge"])
    core.handle(Begin(frozenset({"edge"} if adopted else ())), 0)
    core.handle(Up("edge"), 0)

    core.handle(Died("edge", 2), 10 if adopted else 10_000)

    assert out(core)[-1] == Restarting("edge", 2, 100)


@pytest.mark.parametrize("seed", range(50))
def test_whatever_happens_a_stop_ends_it_and_nobody_is_started_twice(seed):
    chance, now, alive = random.Random(seed), 0, set()
    names = ["nats", "desk", "edge"]
    core = Supervisor(names)
    core.handle(Begin(frozenset()), now)

    def settle():
        while (wanted := core.poll()) is not None:
            match wanted:
                case Start(name):
                    assert name not in alive
                    alive.add(name)
                    core.handle(Up(name), now)
                case Done():
                    return True
        return False

    for _ in range(100):
        now += chance.randrange(2000)
        name = chance.choice(names)
        happened = chance.choice(
            [Tick(), Hold(name), Release(name), Died(name, chance.choice([1, -9]))]
        )
        if isinstance(happened, Died):
            if name not in alive:
                continue
            alive.discard(name)
        core.handle(happened, now)
        settle()
    core.handle(Stop(), now)
    settle()
    done = not alive
    for name in list(alive):
        alive.discard(name)
        core.handle(Died(name, 0), now)
        done = settle() or done

    assert done
    assert core.deadline() is None
