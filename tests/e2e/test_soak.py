"""The soak of live faces, short and small: nothing is left of it, and nothing of it fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="processes are looked at there"),
]

ROOT = Path(__file__).parents[2]


def test_nothing_is_left_of_faces_that_were_interrupted_and_watched_by_many() -> None:
    command = [
        sys.executable, "-m", "benchmarks.soak", "--any-speed",
        "--minutes", "0.05", "--every-s", "1.5", "--size", "128",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
