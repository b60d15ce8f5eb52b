"""Work ahead in another thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
_POLL_S = 0.05  # how soon a thread that waits for room notices that nobody wants more


@dataclass(frozen=True, slots=True)
class _Item(Generic[T]):
    value: T


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None = None


def prefetch(
    iterator: Iterable[T], depth: int = 4, *, stop: threading.Event | None = None
) -> Generator[T]:
    """Yield what ``iterator`` yields, running it in a thread up to ``depth`` items ahead.

    The thread starts with the first item asked for. An exception of the iterator is raised
    here with its traceback. Closing this generator ends the thread after the item it is
    working on, and closes the iterator, before `close` returns. ``stop`` is set before the
    thread is waited for, so that an item that takes long can be given up.
    """
    if depth < 1:
        raise ValueError(f"depth must be 1 or more, not {depth}")
    return _run(iterator, depth, stop or threading.Event())


def _run(iterator: Iterable[T], depth: int, stop: threading.Event) -> Generator[T]:
    items: queue.Queue[_Item[T] | _End] = queue.Queue(depth)
    worker = threading.Thread(
        target=_work, args=(iter(iterator), items, stop), name="mien-prefetch", daemon=True
    )
    worker.start()
    try:
        while isinstance(item := items.get(), _Item):
            yield item.value
        if item.error is not None:
            raise item.error
    finally:
        stop.set()
        worker.join()


def _work(
    iterator: Iterator[T], items: queue.Queue[_Item[T] | _End], stop: threading.Event
) -> None:
    end = _End()
    try:
        while not stop.is_set():
            try:
                value = next(iterator)
            except StopIteration:
                break
            _put(items, _Item(value), stop)
    except BaseException as error:
        end = _End(error)
    finally:
        if isinstance(iterator, Generator):
            with suppress(BaseException):  # the error above says more than one of cleaning up
                iterator.close()
        _put(items, end, stop)


def _put(items: queue.Queue[_Item[T] | _End], item: _Item[T] | _End, stop: threading.Event) -> None:
    while not stop.is_set():
        with suppress(queue.Full):
            items.put(item, timeout=_POLL_S)
            return
