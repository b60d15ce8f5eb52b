"""Works of which the first to end ends all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any


async def until_one_ends(*works: Awaitable[Any]) -> None:
    """Wait until one of them has ended and the others are cancelled. Raises what it raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
