"""Tests of sizes of memory."""

from __future__ import annotations

from typing import Any

import pytest

from mien.errors import OptionError
from mien.pipeline.keeping.device_memory import memory_of, parse_memory

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("said", "size"),
    [("14GiB", 15032), ("8 GB", 8000), ("900MB", 900), ("1.5GB", 1500), ("512MiB", 536), (64, 64)],
)
def test_sizes_are_millions_of_bytes(said: str | int, size: int) -> None:
    assert parse_memory(said) == size


@pytest.mark.parametrize(
    "said", ["", "0", "much", "-1GB", "1e9", "14gib", "0.1MB", 0, -5, True, 2.5]
)
def test_what_is_no_size_is_told(said: Any) -> None:
    with pytest.raises(OptionError, match=r"--vram-budget.*is no size; give 14GiB"):
        parse_memory(said)


def test_a_computer_has_some() -> None:
    assert memory_of("cpu") >= 500
    assert memory_of("auto") >= 500
