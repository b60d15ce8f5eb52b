from __future__ import annotations

from pathlib import Path

import pytest

from mien.pipeline.measuring.memory import Memory, forget_peak, held_vram_mb, most, peak_memory

pytestmark = pytest.mark.unit


def test_what_was_held_counts_though_it_was_given_back() -> None:
    forget_peak()
    before = peak_memory().rss_mb
    block = bytearray(b"1") * (64 * 2**20)
    size = len(block) / 2**20
    del block
    after = peak_memory().rss_mb
    assert before is not None
    assert after is not None
    assert after > before + size / 2


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
