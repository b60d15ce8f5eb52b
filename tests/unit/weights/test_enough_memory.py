from __future__ import annotations

import weakref

import numpy as np
import pytest

from mien.errors import OutOfMemoryError
from mien.weights.memory import enough_memory

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("CUDA out of memory. Tried to allocate 20 GiB")]
)
def test_who_keeps_the_error_keeps_nothing_of_what_was_being_done(error: Exception) -> None:
    held: list[weakref.ref[np.ndarray]] = []

    def work() -> None:
        large = np.zeros(1000)
        held.append(weakref.ref(large))
        raise error

    with (
        pytest.raises(OutOfMemoryError, match="mesh: it was too much") as raised,
        enough_memory("mesh", "it was too much"),
    ):
        work()
    assert held[0]() is None
    assert raised.value.__suppress_context__


def test_other_faults_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="shapes"), enough_memory("mesh", "it was too much"):
        raise RuntimeError("shapes do not match")
