from __future__ import annotations

import numpy as np
import pytest

from fakes.clips import astronaut
from mien.face import find_faces
from mien.landmarks import LIP_PAIRS
from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX, shape_weights
from mien.motion.blendshapes.neutral import neutralise
from mien.motion.blendshapes.posing import pose_face
from mien.motion.face_template import FACE_TEMPLATE
from mien.motion.pose import fit_pose, to_head
from mien.types import Floats

pytestmark = pytest.mark.unit

FACE = FACE_TEMPLATE.landmarks
LIPS = np.unique(LIP_PAIRS)


@pytest.fixture(scope="module")
def smiling() -> Floats:
    """The astronaut's landmarks in the head frame: a broad smile that shows the teeth."""
    landmarks = find_faces(astronaut(), max_faces=1)[0].landmarks
    return to_head(landmarks, fit_pose(landmarks)).astype(np.float32)


def test_the_template_wears_no_expression() -> None:
    _, own = neutralise(FACE)
    assert own.max() == 0


@pytest.mark.parametrize("stretch", [(1.1, 1, 1), (1, 1.1, 1), (0.93, 1, 1.2), (1, 0.93, 0.8)])
def test_a_neutral_face_of_another_build_is_left_alone(stretch: tuple[float, ...]) -> None:
    neutral, own = neutralise(FACE * np.float32(stretch))
    assert own.max() < 0.05
    np.testing.assert_allclose(neutral, FACE * np.float32(stretch), atol=0.01)


@pytest.mark.parametrize("expression", ["mouthSmile", "mouthFrown", "jawOpen"])
def test_an_expression_is_taken_away(expression: str) -> None:
    worn = pose_face(FACE, shape_weights({expression: 0.9}))
    neutral, own = neutralise(worn)
    assert own.max() > 0.4
    before, after = (np.linalg.norm((face - FACE)[LIPS], axis=1).mean() for face in (worn, neutral))
    assert after < 0.5 * before


def test_a_smiling_portrait_stops_smiling(smiling: Floats) -> None:
    neutral, own = neutralise(smiling)
    assert own[SHAPE_INDEX["mouthSmileLeft"]] > 0.6
    assert own[SHAPE_INDEX["mouthSmileRight"]] > 0.6
    width = np.linalg.norm(smiling[291] - smiling[61])
    assert np.linalg.norm(neutral[291] - neutral[61]) < 0.8 * width
    assert neutral[14, 1] - neutral[13, 1] < 0.1 * (smiling[14, 1] - smiling[13, 1])


def test_lips_that_are_merely_parted_are_closed() -> None:
    worn = FACE.copy()
    worn[LIPS[np.isin(LIPS, np.array(LIP_PAIRS)[2:7, 1])], 1] += 0.09
    neutral, _ = neutralise(worn)
    assert neutral[14, 1] - neutral[13, 1] < 0.01


def test_eyes_and_brows_belong_to_the_person(smiling: Floats) -> None:
    _, own = neutralise(smiling)
    upper = [i for i, name in enumerate(BLENDSHAPES) if name.startswith(("eye", "brow"))]
    assert own[upper].max() == 0


def test_the_lips_of_a_neutralised_face_do_not_pass_each_other(smiling: Floats) -> None:
    neutral, _ = neutralise(smiling)
    upper, lower = np.array(LIP_PAIRS).T
    assert (neutral[lower, 1] - neutral[upper, 1]).min() > -1e-5
