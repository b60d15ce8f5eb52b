"""A motion template as a driver."""

from __future__ import annotations

import pickle
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from fakes.templates import blendshape_template, liveportrait
from mien.drivers import drive_with_template
from mien.errors import OptionError, TemplateError
from mien.motion.pose import angles_from_rotation
from mien.templates import write_template

pytestmark = pytest.mark.unit


@pytest.fixture
def turning(tmp_path) -> Path:
    """Ten frames at 25 per second, a degree of yaw more with each."""
    path = tmp_path / "turning.pkl"
    path.write_bytes(pickle.dumps(liveportrait(10, ratios=True)))
    return path


def yaws(path: Path, **options: object) -> list[float]:
    motion = drive_with_template(path, **options)  # type: ignore[arg-type]
    frames = list(motion.frames)
    assert len(frames) == motion.num_frames
    assert [frame.pts for frame in frames] == list(range(len(frames)))
    assert {frame.time_base for frame in frames} == {1 / motion.rate}
    return [round(angles_from_rotation(frame.rotation)[0], 3) for frame in frames]


def test_all_frames_are_played_at_the_templates_rate(turning):
    assert yaws(turning) == list(range(10))
    assert drive_with_template(turning).rate == 25


def test_the_commanded_pose_follows_r(turning):
    motion = drive_with_template(turning)
    source = liveportrait(10)["motion"]
    for frame, item in zip(motion.frames, source, strict=True):
        # LivePortrait turns rows: its change of pose is the transpose of ours
        wanted = (item["R"][0].T @ source[0]["R"][0]).astype(float)
        change = frame.rotation @ motion.reference.rotation.T
        off = np.degrees(np.linalg.norm(change - wanted) / np.sqrt(2))
        assert off < 0.01


def test_every_channel_of_the_file_is_filled(turning):
    motion = drive_with_template(turning)
    frame = list(motion.frames)[3]
    assert frame.keypoints is not None
    assert frame.keypoints.expression[19, 1] == pytest.approx(0.03)
    assert frame.keypoints.scale == pytest.approx(1.53)
    assert frame.ratios == pytest.approx([0.3, 0.2, 0.3])
    assert frame.landmarks is None
    assert motion.reference.landmarks is None
    assert frame.presence == 1.0


def test_landmarks_are_filled_in_all_frames_and_the_reference(tmp_path):
    write_template(tmp_path / "a.mien", blendshape_template(landmarks=True))
    motion = drive_with_template(tmp_path / "a.mien")
    assert motion.reference.landmarks is not None
    assert all(frame.landmarks is not None for frame in motion.frames)


def test_a_reference_that_stands_apart_is_not_played(tmp_path):
    write_template(tmp_path / "a.mien", blendshape_template())
    motion = drive_with_template(tmp_path / "a.mien")
    assert motion.num_frames == 3
    assert motion.reference.scale == 1.0
    assert next(motion.frames).scale > 1.0


def test_another_rate_blends_between_the_frames(turning):
    assert yaws(turning, fps=Fraction(50)) == pytest.approx(
        [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9, 9], abs=0.01
    )
    assert yaws(turning, fps=Fraction(10)) == pytest.approx([0, 2.5, 5, 7.5], abs=0.01)
    frame = list(drive_with_template(turning, fps=Fraction(50)).frames)[7]
    assert frame.ratios is not None
    assert frame.ratios[2] == pytest.approx(0.35)
    assert frame.keypoints is not None
    assert frame.keypoints.scale == pytest.approx(1.535)


def test_start_duration_and_frames_bound_it(turning):
    assert yaws(turning, start_s=0.2) == [5, 6, 7, 8, 9]
    assert yaws(turning, start_s=0.1)[0] == pytest.approx(2.5, abs=0.01)
    assert yaws(turning, duration_s=0.12) == [0, 1, 2]
    assert yaws(turning, duration_s=9.0) == list(range(10))
    assert yaws(turning, max_frames=2) == [0, 1]


def test_loops_go_on_beyond_the_end(turning):
    assert yaws(turning, loop="hold", max_frames=12) == [*range(10), 9, 9]
    assert yaws(turning, loop="pingpong", max_frames=12) == [*range(10), 8, 7]
    again = yaws(turning, loop="repeat", max_frames=30)
    assert again[:10] == list(range(10))
    assert np.abs(np.diff(again)).max() < 6  # no jump back by nine degrees


def test_the_reference_stays_the_templates_own(turning):
    motion = drive_with_template(turning, start_s=0.2)
    assert angles_from_rotation(motion.reference.rotation)[0] == pytest.approx(0, abs=1e-4)


def test_a_start_beyond_the_end_is_an_error(turning):
    with pytest.raises(OptionError, match=r"0\.40 s"):
        drive_with_template(turning, start_s=0.4)


def test_a_loop_without_an_end_is_an_error(turning):
    with pytest.raises(OptionError, match="--loop"):
        drive_with_template(turning, loop="repeat")


def test_what_is_no_template_is_an_error(tmp_path):
    (tmp_path / "a.pkl").write_text("hello")
    with pytest.raises(TemplateError):
        drive_with_template(tmp_path / "a.pkl")
