"""Tk keeps its connection to a display until its process ends, so windows have one of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from fakes.x_display import XVFB, x_display

pytestmark = [
    pytest.mark.unit,
    pytest.mark.skipif(XVFB is None, reason="Xvfb is not here"),
]

PROGRAM = """
import json
import numpy as np
from mien.pipeline.broadcast import Shot
from mien.pipeline.broadcast.window import Window

said = {}
picture = np.zeros((24, 32, 3), np.uint8)
picture[5, 7] = 10, 20, 30
shot = Shot(0, 25, picture, 1, np.zeros(1920, np.int16))
with Window((32, 24)) as window:
    window.show(shot)
    said["pixel"] = window._picture.get(7, 5)
    said["size"] = window._picture.width(), window._picture.height()
    said["none"] = window.keys()
    window._root.focus_force()
    for name in ("r", "space", "Escape", "1"):
        window._root.event_generate(f"<KeyPress-{name}>")
    said["keys"] = window.keys()
    said["no more"] = window.keys()
    window._root.tk.call(*window._root.protocol("WM_DELETE_WINDOW").split())
    said["closed"] = window.keys()
    window._root.destroy()
    window.show(shot)
    said["gone"] = window.keys()
print(json.dumps(said))
"""


def test_a_window_shows_pictures_hears_keys_and_says_when_it_was_closed() -> None:
    pytest.importorskip("tkinter", reason="Python without tkinter", exc_type=ImportError)
    with x_display() as name:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "DISPLAY": name},
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert said.pop("gone")[0] == "closed"
    assert said == {
        "pixel": [10, 20, 30],
        "size": [32, 24],
        "none": [],
        "keys": ["r", "space", "Escape", "1"],
        "no more": [],
        "closed": ["closed"],
    }
