from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from fakes.keypoint_motion import LinearCorrectors
from mien.drivers.edits import drive_with_edits
from mien.engines.liveportrait.algebra import (
    DriveOptions,
    DrivingMotion,
    Mover,
    Setting,
    source_motion,
)
from mien.engines.liveportrait.algebra.film_lips import opened_lips
from mien.engines.liveportrait.algebra.sliders import EditorState, edited
from mien.engines.liveportrait.runtimes.base import KeypointReading
from mien.errors import OptionError
from mien.motion.edits import Edits
from mien.types import MotionFrame

pytestmark = pytest.mark.unit

RNG = np.random.default_rng(4)
READING = KeypointReading(
    RNG.uniform(-0.5, 0.5, (21, 3)), RNG.normal(0, 0.01, (21, 3)), 4.0, -6.0, 2.0,
    np.array((0.02, 0.03, 0.0)), 1.4,
)  # fmt: skip
FACE = source_motion(READING, np.array((0.3, 0.3, 0.1)))
CORRECTORS = LinearCorrectors(FACE)


def driving(frame: MotionFrame) -> DrivingMotion:
    assert frame.keypoints is not None
    keypoints = frame.keypoints
    return DrivingMotion(
        frame.rotation.T, keypoints.expression, keypoints.scale, keypoints.translation, frame.ratios
    )


def test_sliders_at_rest_leave_the_portrait_as_it_is() -> None:
    made = edited(READING, None, EditorState(), CORRECTORS, stitching=False)
    assert np.allclose(made, FACE.keypoints, atol=1e-6)


@pytest.mark.parametrize(
    ("edits", "state"),
    [
        (Edits(smile=1), EditorState(sliders={"smile": 1.3})),
        (Edits(smile=-0.5), EditorState(sliders={"smile": -0.15})),
        (Edits(lip_close=1), EditorState(sliders={"lip close-open": -90})),
        (Edits(lip_close=-1), EditorState(sliders={"lip close-open": 120})),
        (Edits(brow=-1, wink_right=1), EditorState(sliders={"eyebrow": -30, "wink": 39})),
        (Edits(gaze_x=0.5, gaze_y=-1), EditorState(sliders={"eyeball x": 15, "eyeball y": -63})),
        (Edits(move_x=1, zoom=1.1), EditorState(sliders={"movement x": 0.19}, zoom=1.1)),
    ],
)
def test_edits_that_are_driven_are_the_editors(edits: Edits, state: EditorState) -> None:
    motion = drive_with_edits(edits, fps=Fraction(25), num_frames=1)
    setting = Setting(DriveOptions(stitching=False), driving(motion.reference), made=True)
    (frame,) = motion.frames
    made = Mover(setting, CORRECTORS, FACE).picture(FACE, driving(frame))
    middle = FACE.translation * (1, 1, 0)
    wanted = edited(READING, None, state, CORRECTORS, stitching=False)
    assert np.allclose(made - middle, wanted - middle, atol=1e-6)


def test_a_slider_that_there_is_not_is_refused() -> None:
    with pytest.raises(OptionError, match="slider: 'sneer' is none of smile"):
        edited(READING, None, EditorState(sliders={"sneer": 1}), CORRECTORS)


def test_targets_need_the_portraits_openings() -> None:
    with pytest.raises(OptionError, match="how far the source's eyes and lips are open"):
        edited(READING, None, EditorState(eyes_open=0.3), CORRECTORS)


def test_a_films_lips_are_opened_a_few_pictures_late() -> None:
    pulled = 0

    def film() -> object:
        nonlocal pulled
        for _ in range(30):
            pulled += 1
            yield FACE

    for number, made in enumerate(opened_lips(film(), 0.3, CORRECTORS), start=1):  # type: ignore[arg-type]
        assert pulled <= number + 10
        assert not np.allclose(made, FACE.keypoints, atol=1e-3)
    assert number == 30
