"""A clip played on beyond its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Literal, TypeVar

T = TypeVar("T")

Loop = Literal["none", "repeat", "pingpong", "hold"]
"""What follows a clip's last picture: nothing, the clip again, the clip backwards and so on, or
that last picture standing still."""


def looped(clip: Callable[[bool], Iterable[T]], loop: Loop, num_frames: int | None) -> Iterator[T]:
    """What a clip yields, carried on to ``num_frames`` (None: to the clip's own end).

    ``clip`` starts it anew, backwards when called with True.
    """
    return islice(_endless(clip, loop), num_frames)


def _endless(clip: Callable[[bool], Iterable[T]], loop: Loop) -> Iterator[T]:
    played = False
    for last in clip(False):
        played = True
        yield last
    backwards = False
    while played and loop != "none":
        if loop == "hold":
            yield last
            continue
        backwards = loop == "pingpong" and not backwards
        # going back and forth shows the turning points once
        yield from islice(clip(backwards), 1 if loop == "pingpong" else 0, None)
