from __future__ import annotations

import threading
from contextlib import suppress
from fractions import Fraction

import pytest

from mien.drivers.moments import moment_frame
from mien.motion.moment import REST
from mien.pipeline.live.waiting import MomentQueue, NoMoreMomentsError
from mien.types import MotionFrame

pytestmark = pytest.mark.unit


def moments(*numbers: int) -> list[MotionFrame]:
    return [moment_frame(REST, pts=number, time_base=Fraction(1, 25)) for number in numbers]


def taken(queue: MomentQueue) -> list[int]:
    return [moment.pts for moment in queue.take()]


def test_all_moments_come_out_in_order_for_an_engine_that_waits_for_them() -> None:
    queue = MomentQueue(4)
    came: list[int] = []

    def engine() -> None:
        with suppress(NoMoreMomentsError):
            while True:
                came.extend(taken(queue))

    thread = threading.Thread(target=engine)
    thread.start()
    for first in range(0, 42, 3):
        queue.put(moments(*range(first, first + 3)))
        assert queue.wait_until_wanted(60.0)
    queue.close()
    thread.join(60.0)
    assert came == list(range(40))


def test_a_burst_is_made_up_for_and_a_backlog_is_not() -> None:
    queue = MomentQueue(4)
    queue.put(moments(*range(11)))
    assert taken(queue) == [0, 1, 2, 3]
    assert taken(queue) == [4, 6, 8, 10]
    queue.put(moments(*range(11, 15)))
    assert taken(queue) == [11, 12, 13, 14]
    queue.put(moments(*range(15, 20)))
    assert taken(queue) == [15, 16, 18, 19]


def test_three_chunks_wait_at_most_and_the_newest_are_kept() -> None:
    queue = MomentQueue(2)
    queue.put(moments(*range(10)))
    assert [taken(queue), taken(queue)] == [[4, 5], [6, 9]]


def test_a_queue_that_is_closed_gives_nothing_any_more() -> None:
    queue = MomentQueue(2)
    queue.put(moments(1, 2, 3))
    queue.close()
    with pytest.raises(NoMoreMomentsError):
        queue.take()
    assert queue.wait_until_wanted(0.0)


def test_closing_frees_who_waits() -> None:
    queue, freed = MomentQueue(2), threading.Event()

    def engine() -> None:
        with pytest.raises(NoMoreMomentsError):
            queue.take()
        freed.set()

    thread = threading.Thread(target=engine)
    thread.start()
    assert queue.wait_until_wanted(60.0)
    queue.close()
    assert freed.wait(60.0)
    thread.join(60.0)
