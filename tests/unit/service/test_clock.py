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


def test_what_is_written_has_the_machines_time_also_when_that_was_wrong_at_the_start() -> None:
    machine = Clocks()
    machine.wall = 10.0
    clock = machine.clock()
    machine.wall = 1_700_000_000.0
    machine.passes(60)
    assert clock.now() == 1_700_000_060.0


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
