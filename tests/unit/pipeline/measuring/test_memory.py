from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mien.pipeline.measuring.memory import Memory, held_vram_mb, most

pytestmark = pytest.mark.unit


_HELD = """
from mien.pipeline.measuring.memory import forget_peak, peak_memory

forget_peak()
before = peak_memory().rss_mb
block = bytearray(b"1") * (64 * 2**20)
del block
print(before, peak_memory().rss_mb)
"""


def test_what_was_held_counts_though_it_was_given_back() -> None:
    """In a process of its own: where much was held before, the same memory may be held again."""
    told = subprocess.run([sys.executable, "-c", _HELD], capture_output=True, text=True, check=True)
    before, after = map(float, told.stdout.split())
    assert after > before + 32


def test_the_most_of_several_is_told_figure_by_figure() -> None:
    held = [Memory(10.0, None), Memory(5.0, 3.0), Memory(None, 7.0)]
    assert most(held) == Memory(10.0, 7.0)
    assert most([Memory(1.0, None)]) == Memory(1.0, None)


def test_a_driver_that_does_not_tell_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text('#!/bin/sh\necho "$PPID, [N/A]"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert held_vram_mb() is None
