from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from fakes.executing_here import ExecutingHere
from mien.errors import UnreadableMediaError
from mien.service.security.keys import LOCAL
from mien.service.uploads import patience
from mien.types import Progress

pytestmark = pytest.mark.unit


class Hanging(ExecutingHere):
    async def run(
        self, task: Any, *, lane: str, on_progress: Callable[..., None] | None = None, **_: Any
    ) -> Any:
        assert (lane, on_progress is not None) == ("look", True)
        if on_progress is not None:
            on_progress(Progress(0, None))
        await asyncio.get_running_loop().create_future()


def test_a_decoder_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_LONGEST_S", 0.01)
    looking = patience.look(Hanging(), Any, kind="film", owner=LOCAL, name="a.avi")  # type: ignore[arg-type]
    with pytest.raises(UnreadableMediaError, match=r"a\.avi: takes far too long"):
        asyncio.run(looking)
