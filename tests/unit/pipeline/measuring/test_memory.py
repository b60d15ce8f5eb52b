from __future__ import annotations

import pytest

from mien.pipeline.measuring.memory import peak_memory

pytestmark = pytest.mark.unit


def test_the_most_memory_held_never_falls() -> None:
    before = peak_memory().rss_mb
    block = bytearray(b"1") * (8 * 2**20)
    after = peak_memory().rss_mb
    assert before is not None
    assert after is not None
    assert 10 < before <= after
    assert len(block) == 8 * 2**20
