from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import mien
from fakes.clips import moving_face, write_clip
from mien.pipeline.broadcast.report import LiveReport
from mien.pipeline.verbs import living

pytestmark = pytest.mark.unit

ASTRONAUT = Path(str(files("mien") / "data" / "astronaut.png"))


class Device:
    """As pyvirtualcam's camera."""

    device = "/dev/video9"

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def send(self, picture: Any) -> None:
        assert picture.dtype == np.uint8

    def close(self) -> None:
        pass


def test_a_virtual_camera_is_named_and_its_delay_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = SimpleNamespace(Camera=Device, PixelFormat=SimpleNamespace(RGB="rgb"))
    monkeypatch.setitem(sys.modules, "pyvirtualcam", package)
    monkeypatch.setattr(living, "_MEASURED", 3)
    clip = write_clip(tmp_path / "clip.mp4", moving_face(5, 128))
    told: list[str] = []
    report = mien.live(
        ASTRONAUT,
        camera=clip,
        loop=True,
        virtual_camera=True,
        size=64,
        notice=told.append,
        stop=lambda: len(told) == 2,
    )
    assert told[0] == "the virtual camera is /dev/video9"
    assert told[1].startswith("camera to picture takes ")
    assert told[1].endswith(" ms: delay the microphone by as much")
    assert report.output is None
    assert report.frames >= 3


def test_a_report_is_one_line_of_json() -> None:
    report = LiveReport(
        "a.mp4", "mesh", 10, 2, (64, 48), 24.987, 31.5, 40.0, None, 0.0, {"total": 1.23456}
    )
    assert json.loads(report.to_json()) == {
        "output": "a.mp4",
        "engine": "mesh",
        "frames": 10,
        "dropped": 2,
        "size": [64, 48],
        "fps": 24.99,
        "delay_ms": 31.5,
        "delay_p95_ms": 40.0,
        "sound_delay_ms": None,
        "latency_ms": 0.0,
        "seconds": {"total": 1.2346},
    }
    assert "\n" not in report.to_json()
