"""Tasks that look into what was sent: what hangs a decoder is not waited for without end."""

from __future__ import annotations

import asyncio

from mien.errors import UnreadableMediaError
from mien.service.errors import WorkerLostError
from mien.service.security.keys import Owner
from mien.service.uploads.upload import UploadKind
from mien.service.workers.base import Executor, Lane, R, Task

_LONGEST_S = 60.0
"""From the beginning of the work, which must report progress then; longer ends it."""


async def look(
    executor: Executor, task: Task[R], *, kind: UploadKind, owner: Owner, name: str
) -> R:
    """What comes of the task. kind: about. name: the sender's, for complaints. Raises
    UnreadableMediaError for what ends its worker or takes far too long, and what the task raises.
    """
    lane: Lane = "quick" if kind in ("picture", "template") else "look"
    clock = asyncio.get_running_loop().time
    try:
        async with asyncio.timeout(None) as deadline:

            def begin(_: object) -> None:
                if deadline.when() is None:
                    deadline.reschedule(clock() + _LONGEST_S)

            return await executor.run(task, lane=lane, on_progress=begin, owner=owner)
    except TimeoutError:
        raise UnreadableMediaError(name, "takes far too long to read; save it anew") from None
    except WorkerLostError:
        raise UnreadableMediaError(name, "makes its decoder fail; save it anew") from None
