from __future__ import annotations

import numpy as np
import pytest

from mien.motion.edits import RANGES, Edits
from mien.motion.keypoints import blendshapes_from_keypoints, keypoints_of_edits
from mien.motion.keypoints.directions import column, slider_moves
from mien.motion.keypoints.editor import EDITOR
from mien.types import Floats

pytestmark = pytest.mark.unit


NO_SLIDER = ("yaw", "pitch", "roll", "zoom", "eyes_open", "lips_open")


def expression(edits: Edits) -> Floats:
    return keypoints_of_edits(edits).expression


def test_no_edits_move_nothing() -> None:
    keypoints = keypoints_of_edits(Edits())
    assert not keypoints.expression.any()
    assert not keypoints.translation.any()
    assert keypoints.scale == 1


@pytest.mark.parametrize(
    "name",
    [n for n in RANGES if n not in ("yaw", "pitch", "roll", "zoom", "eyes_open", "lips_open")],
)
def test_a_slider_at_its_end_is_the_editors_at_its_end(name: str) -> None:
    low, high = RANGES[name]
    ends = [slider_moves(s, at) for s, slider in EDITOR.items() for at in (slider.low, slider.high)]
    for value in (low, high):
        made = expression(Edits(**{name: value}))  # type: ignore[arg-type]
        assert any(np.allclose(made, end, atol=1e-7) for end in ends)


def test_winks_are_mirrored() -> None:
    right, left = (expression(Edits(**{name: 1})) for name in ("wink_right", "wink_left"))  # type: ignore[arg-type]
    assert right.ravel()[column("11y")] == left.ravel()[column("15y")] == pytest.approx(0.039)
    assert right.ravel()[column("17x")] == -left.ravel()[column("17x")]


def test_a_smile_is_read_as_one() -> None:
    smile = Edits(smile=0.7)
    shapes = blendshapes_from_keypoints(expression(smile), np.zeros((21, 3)))
    assert np.argmax(shapes * (smile.moment.weights > 0.5)) == np.argmax(smile.moment.weights)


def test_shapes_set_by_name_move_what_they_can() -> None:
    opened = expression(Edits(shapes={"jawOpen": 0.5}))
    assert opened[19, 1] > 0.01
    assert not expression(Edits(shapes={"tongueOut": 1})).any()


def test_zoom_is_the_scale() -> None:
    assert keypoints_of_edits(Edits(zoom=1.15)).scale == 1.15
