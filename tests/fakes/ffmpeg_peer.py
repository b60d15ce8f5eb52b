"""FFmpeg as a WHIP peer: it knows nothing of this service."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PATIENCE_S = 60


def ffmpeg() -> str:
    """Its path. Skips the test where it is not installed."""
    found = pytest.importorskip("imageio_ffmpeg", reason="imageio-ffmpeg is not installed")
    return str(found.get_ffmpeg_exe())


@contextmanager
def publisher(url: str, film: Path, *, key: str | None = None) -> Iterator[subprocess.Popen[str]]:
    """Publishes a film with its sound, or a sound, over and over, until it is told to quit or
    killed."""
    command = [
        *(ffmpeg(), "-hide_banner", "-loglevel", "info", "-nostats"),
        *("-re", "-stream_loop", "-1", "-i", str(film)),
        *("-c:v", "libx264", "-profile:v", "baseline", "-preset", "ultrafast"),
        *("-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", "25"),
        *("-c:a", "libopus", "-ar", "48000", "-ac", "2"),
        *(() if key is None else ("-authorization", key)),
        *("-f", "whip", url),
    ]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def quit(process: subprocess.Popen[str]) -> str:
    """End it as a user does who presses q, and return what it wrote."""
    _, said = process.communicate("q", timeout=_PATIENCE_S)
    assert process.returncode == 0, said
    return said
