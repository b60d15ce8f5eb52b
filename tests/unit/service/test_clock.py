"""Time that nobody can set."""

from __future__ import annotations

import pytest

from mien.service.clock import Clock

pytestmark = pytest.mark.unit


class Clocks:
    """Of a machine: the one that can be set, and the one that cannot."""

    wall, steady = 1_700_000_000.0, 50.0

    def clock(self) -> Clock:
        return Clock(lambda: self.wall, lambda: self.steady)

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


def test_it_shows_the_machines_time_at_the_start_and_goes_on() -> None:
    machine = Clocks()
    clock = machine.clock()
    assert clock.now() == 1_700_000_000.0
    machine.passes(60)
    assert clock.now() == 1_700_000_060.0


@pytest.mark.parametrize("jump_s", [3600.0, -3600.0, 1e9, -1e9])
def test_a_jump_of_the_machines_clock_changes_nothing(jump_s: float) -> None:
    machine = Clocks()
    clock = machine.clock()
    machine.passes(10)
    machine.wall += jump_s
    machine.passes(10)
    assert clock.now() == 1_700_000_020.0


@pytest.mark.parametrize("jump_s", [3600.0, -3600.0])
def test_nothing_is_older_than_it_is_because_a_clock_was_set(jump_s: float) -> None:
    machine = Clocks()
    clock = machine.clock()
    before = machine.wall
    machine.wall += jump_s
    after = machine.wall
    machine.passes(5)
    assert clock.age(before) <= 5
    assert clock.age(after) <= 5
