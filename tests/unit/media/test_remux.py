from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from fakes.clips import moving_face, write_clip, write_sound
from mien.errors import OutputError, UnreadableMediaError
from mien.media.remux import without_sound

pytestmark = pytest.mark.unit


def frames(path: Path) -> list[tuple[int, bytes]]:
    with av.open(str(path)) as container:
        return [(f.pts, f.to_ndarray().tobytes()) for f in container.decode(video=0)]


def test_the_pictures_stay_as_they_are_and_the_sound_goes(tmp_path: Path) -> None:
    heard = write_clip(tmp_path / "heard.mp4", moving_face(7, 64), sound_s=0.3)
    without_sound(heard, tmp_path / "silent.mp4")
    with av.open(str(heard)) as one, av.open(str(tmp_path / "silent.mp4")) as other:
        assert [stream.type for stream in other.streams] == ["video"]
        assert other.streams.video[0].average_rate == one.streams.video[0].average_rate
    assert frames(tmp_path / "silent.mp4") == frames(heard)
    assert len(frames(heard)) == 7


def test_what_has_no_pictures_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    sound = write_sound(tmp_path / "sound.m4a", 0.2)
    with pytest.raises(UnreadableMediaError, match="no moving pictures"):
        without_sound(sound, tmp_path / "silent.mp4")
    assert list(tmp_path.iterdir()) == [sound]


def test_another_file_is_never_replaced(tmp_path: Path) -> None:
    heard = write_clip(tmp_path / "heard.mp4", iter([np.zeros((32, 32, 3), np.uint8)]))
    other = write_clip(tmp_path / "other.mp4", iter([np.zeros((32, 32, 3), np.uint8)]))
    before = other.read_bytes()
    with pytest.raises(OutputError, match="exists"):
        without_sound(heard, other)
    assert other.read_bytes() == before
