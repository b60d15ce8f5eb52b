"""What is made when it is first needed and then kept with the portrait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """A value that is made when it is first asked for.

    Pickled without it. Threads that ask at the same time may make it twice, which is why only
    what is the same each time is kept so.
    """

    __slots__ = ("_made",)

    def __init__(self) -> None:
        self._made: tuple[T] | None = None

    def of(self, make: Callable[[], T]) -> T:
        """The value, made by ``make`` if nobody has asked before."""
        made = self._made
        if made is None:
            made = self._made = (make(),)
        return made[0]

    def __reduce__(self) -> tuple[Any, ...]:
        return Once, ()
