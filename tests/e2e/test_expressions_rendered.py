"""What the ten expressions look like to the face tracker once they are rendered."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest

from fakes.clips import astronaut
from mien.drivers.moments import canonical_reference, moment_frame
from mien.engines.mesh.engine import MeshEngine
from mien.face import find_faces, paste
from mien.landmarks import LEFT_LID_PAIRS, LIP_PAIRS, RIGHT_LID_PAIRS
from mien.motion.expressions import load_expressions
from mien.motion.pose import fit_pose, to_head
from mien.types import Floats, Motion, MotionOptions, Portrait

pytestmark = pytest.mark.e2e

EXPRESSIONS = load_expressions()
MEASURES = ["mouth", "eyes", "eyebrows"]
NOISE = {"mouth": 0.03, "eyes": 0.03, "eyebrows": 0.02}
"""How far the tracker may misread a rendered face that is 130 pixels high: head units, and for the
eyes shares of the neutral face's. The expressions span .4, .7 and .12."""
BROWS = {"eyebrows": [70, 63, 105, 300, 293, 334], "inner brows": [107, 66, 336, 296]}
EYE_CORNERS = [33, 133, 362, 263]
LIPS, LIDS = np.array(LIP_PAIRS[2:7]).T, np.array(RIGHT_LID_PAIRS + LEFT_LID_PAIRS).T


@pytest.fixture(scope="module")
def seen() -> dict[str, dict[str, float]]:
    """Each measure of each expression at its default intensity; of eyes and brows the change
    against the neutral face."""
    picture = astronaut()
    face = find_faces(picture)[0]
    engine = MeshEngine()
    source = engine.prepare(Portrait(picture), face)
    frames = (
        moment_frame(expression.moment(), pts=i, time_base=Fraction(1, 25))
        for i, expression in enumerate(EXPRESSIONS.values())
    )
    motion = Motion(canonical_reference(), frames, Fraction(25))
    rendered = [paste(picture, r) for r in engine.animate(source, motion, MotionOptions())]
    measured = [_measure(find_faces(image)[0].landmarks) for image in rendered]
    neutral = measured[0]
    for values in measured[::-1]:
        values["eyes"] /= neutral["eyes"]
        for brow in BROWS:
            values[brow] -= neutral[brow]
    return dict(zip(EXPRESSIONS, measured, strict=True))


def _measure(landmarks: Floats) -> dict[str, float]:
    head = to_head(landmarks, fit_pose(landmarks))
    lids = np.linalg.norm(head[LIDS[1]] - head[LIDS[0]], axis=1)
    brows = {
        name: head[EYE_CORNERS, 1].mean() - head[brow, 1].mean() for name, brow in BROWS.items()
    }
    return {
        "mouth": float((head[LIPS[1], 1] - head[LIPS[0], 1]).mean()),
        "eyes": float(lids.mean()),
        **{name: float(height) for name, height in brows.items()},
    }


@pytest.mark.parametrize("measure", MEASURES)
def test_results_agree_with_the_coarse_parameters_in_order(
    seen: dict[str, dict[str, float]], measure: str
) -> None:
    pairs = [
        (less, more)
        for less, more in permutations(EXPRESSIONS, 2)
        if _coarse(less, measure) < _coarse(more, measure)
    ]
    lead = {(a, b): seen[b][measure] - seen[a][measure] for a, b in pairs}
    assert min(lead.values()) > -NOISE[measure]
    assert np.mean([step > 0 for step in lead.values()]) > 0.9


@pytest.mark.parametrize("name", ["happy", "surprised", "angry", "fearful", "excited", "manic"])
def test_mouths_and_brows_agree_in_sign(seen: dict[str, dict[str, float]], name: str) -> None:
    assert seen[name]["mouth"] > seen["neutral"]["mouth"] + NOISE["mouth"]
    brow = EXPRESSIONS[name].coarse.eyebrows
    if abs(brow) > 0.2:
        assert seen[name]["eyebrows"] * np.sign(brow) > NOISE["eyebrows"]


@pytest.mark.parametrize("name", ["sad", "angry", "disgusted", "calm"])
def test_narrowed_eyes_are_seen(seen: dict[str, dict[str, float]], name: str) -> None:
    assert seen[name]["eyes"] < 1 - NOISE["eyes"]


def test_sad_brows_slant(seen: dict[str, dict[str, float]]) -> None:
    slant = {name: values["inner brows"] - values["eyebrows"] for name, values in seen.items()}
    assert slant["sad"] > slant["neutral"] > slant["angry"]


def _coarse(name: str, measure: str) -> float:
    return float(getattr(EXPRESSIONS[name].coarse, measure))
