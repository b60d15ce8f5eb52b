"""Work that is not left half done because somebody no longer waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

R = TypeVar("R")


async def kept(work: Coroutine[Any, Any, R]) -> R:
    """What comes of it. A cancellation meanwhile comes too late: it is not told."""
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(task)
    return task.result()


async def finished(work: Coroutine[Any, Any, R]) -> R:
    """What comes of it. A cancellation meanwhile is raised when it is done."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await kept(_over(task))
        raise


async def _over(task: asyncio.Future[Any]) -> None:
    await asyncio.wait([task])
    if not task.cancelled():
        task.exception()  # looked at: nobody else will
