from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from fakes.clips import moving_face
from mien.pipeline.keeping import Keeper
from mien.pipeline.live import LiveFace, LiveOptions

pytestmark = pytest.mark.unit

ASTRONAUT = Path(str(files("mien") / "data" / "astronaut.png"))


def test_a_face_tells_whether_it_follows_one_and_how_much_sound_waits() -> None:
    with Keeper() as keeper:
        face = LiveFace(ASTRONAUT, LiveOptions(size=64), keeper)
        face.push_frame(np.zeros((64, 64, 3), np.uint8))
        face.step()
        assert not face.sees_face
        for picture in moving_face(2):
            face.push_frame(picture)
            face.step()
        assert face.sees_face
        assert face.waiting_s == 0.0
        face.push_audio(np.ones(24_000, np.int16), 24_000)
        assert face.waiting_s == pytest.approx(1.0, abs=0.01)
        face.step(10)
        assert face.waiting_s < 0.9
        face.clear()
        assert face.waiting_s == 0.0
        face.close()
