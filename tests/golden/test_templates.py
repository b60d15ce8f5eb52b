"""LivePortrait's published templates: all are read, become small files of ours, and play as they
say they do."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fakes import clips
from mien.drivers import drive_with_template
from mien.engines import load_engine
from mien.face import MeshTracker, find_faces, paste
from mien.landmarks import LEFT_EYE, RIGHT_EYE
from mien.motion.arkit import SHAPE_INDEX
from mien.motion.blendshapes.posing import pose_face
from mien.motion.face_template import FACE_TEMPLATE
from mien.motion.pose import angles_from_rotation, fit_pose
from mien.templates import MotionTemplate, read_template, write_template
from mien.types import Floats, Image, MotionOptions, Portrait

SHARED = os.environ.get("MIEN_SHARED_DIR")
FRAMES = {
    "aggrieved": (57, 25), "d1": (16, 30), "d2": (16, 30), "d5": (148, 30), "d7": (178, 30),
    "d8": (275, 30), "laugh": (54, 25), "open_lip": (77, 25), "shake_face": (93, 20),
    "shy": (80, 25), "talking": (100, 20), "wink": (57, 25),
}  # fmt: skip
WITH_RATIOS = ("d1", "d2", "d5", "d7", "d8")
LIPS_MOVE = ("d5", "d8")
"""In the others the lips stay shut: their ratio varies by less than .06."""

needs_shared = pytest.mark.skipif(
    not SHARED, reason="set MIEN_SHARED_DIR to the folder with LivePortrait's templates"
)
pytestmark = [pytest.mark.golden, needs_shared]
every = pytest.mark.parametrize("name", FRAMES)


def path_of(name: str) -> Path:
    return Path(SHARED or "") / "media/templates" / f"{name}.pkl"


def trusted(name: str) -> dict[str, Any]:
    return dict(pickle.loads(path_of(name).read_bytes()))


@every
def test_a_template_is_read_as_it_is(name):
    template, raw = read_template(path_of(name)), trusted(name)
    assert (template.num_frames, template.rate) == FRAMES[name]
    assert template.keypoints is not None
    for row, item in enumerate(raw["motion"]):
        assert (template.keypoints.expression[row] == item["exp"][0]).all()
        assert template.keypoints.scale[row] == item["scale"][0, 0]
        assert (template.keypoints.translation[row] == item["t"][0]).all()
    assert (template.ratios is not None) == (name in WITH_RATIOS)


@every
def test_our_file_is_at_most_a_third_and_leads_back(name, tmp_path):
    mine, back = tmp_path / "a.mien", tmp_path / "a.pkl"
    write_template(mine, read_template(path_of(name)))
    assert mine.stat().st_size * 3 <= path_of(name).stat().st_size
    write_template(back, read_template(mine))
    raw, again = trusted(name), pickle.loads(back.read_bytes())
    assert (again["n_frames"], again["output_fps"]) == (raw["n_frames"], raw["output_fps"])
    for one, other in zip(again["motion"], raw["motion"], strict=True):
        assert one["exp"] == pytest.approx(other["exp"], rel=2**-11, abs=1e-7)
        assert one["scale"] == pytest.approx(other["scale"], rel=2**-11)
        assert one["t"] == pytest.approx(other["t"], rel=2**-11, abs=1e-7)
        assert one["R"] == pytest.approx(other.get("R", other.get("R_d")), abs=5e-5)


@every
@pytest.mark.parametrize("ours", [False, True])
def test_the_commanded_pose_follows_r(name, ours, tmp_path):
    path = path_of(name)
    if ours:
        path = tmp_path / "a.mien"
        write_template(path, read_template(path_of(name)))
    motion = drive_with_template(path)
    rotations = [item.get("R", item.get("R_d"))[0] for item in trusted(name)["motion"]]
    for frame, rotation in zip(motion.frames, rotations, strict=True):
        wanted = rotation.T.astype(float) @ rotations[0]
        change = frame.rotation @ motion.reference.rotation.T
        assert np.degrees(np.linalg.norm(change - wanted) / np.sqrt(2)) < 0.1


def ratios(face: Floats) -> Floats:
    """Opening over width of the right eye, the left eye and the lips."""
    return np.array([
        np.linalg.norm(face[upper, :2] - face[lower, :2])
        / np.linalg.norm(face[outer, :2] - face[inner, :2])
        for upper, lower, outer, inner in (
            (159, 145, RIGHT_EYE[0], RIGHT_EYE[8]), (386, 374, LEFT_EYE[0], LEFT_EYE[8]),
            (13, 14, 78, 308),
        )
    ])  # fmt: skip


@pytest.mark.parametrize("name", WITH_RATIOS)
def test_the_commanded_face_opens_eyes_and_lips_as_the_ratios_say(name):
    template = read_template(path_of(name))
    assert template.ratios is not None
    posed = np.array([
        ratios(pose_face(FACE_TEMPLATE.landmarks, weights)) for weights in template.blendshapes
    ])  # fmt: skip
    for part in (0, 1, 2) if name in LIPS_MOVE else (0, 1):
        assert np.corrcoef(posed[:, part], template.ratios[:, part])[0, 1] >= 0.95


def peak(template: MotionTemplate, shape: str) -> float:
    return float(template.blendshapes[:, SHAPE_INDEX[shape]].max())


def test_a_laugh_laughs_and_a_wink_winks_with_the_right_eye():
    laugh, wink = read_template(path_of("laugh")), read_template(path_of("wink"))
    assert peak(laugh, "jawOpen") > 0.35
    assert min(peak(laugh, "mouthSmileLeft"), peak(laugh, "mouthSmileRight")) > 0.5
    assert peak(wink, "eyeBlinkRight") > 0.8
    assert peak(wink, "eyeBlinkLeft") < 0.4


def tracked(name: str, picture: Image) -> Iterator[Floats]:
    """Landmarks found again in a portrait that follows a template."""
    portrait = Portrait(picture)
    (face,) = find_faces(picture, max_faces=1)
    engine, tracker = load_engine("mesh"), MeshTracker()
    source = engine.prepare(portrait, face)
    for rendered in engine.animate(source, drive_with_template(path_of(name)), MotionOptions()):
        yield tracker.track(paste(picture, rendered))[0].landmarks


@pytest.mark.parametrize("name", ["d8", "talking"])
def test_the_pose_found_again_follows_the_commanded_one(name, astronaut):
    (face,) = find_faces(astronaut, max_faces=1)
    start = fit_pose(face.landmarks).rotation
    motion = drive_with_template(path_of(name))
    within = []
    for frame, landmarks in zip(motion.frames, tracked(name, astronaut), strict=True):
        commanded = np.array(angles_from_rotation(frame.rotation @ motion.reference.rotation.T))
        found = angles_from_rotation(fit_pose(landmarks).rotation @ start.T)
        within.append(np.abs(found - commanded) <= 1.5 + 0.3 * np.abs(commanded))
    assert np.mean(within) >= 0.9


@pytest.mark.parametrize("name", ["d1", "d2", "d5", "d7", "d8"])
def test_the_eyes_found_again_open_as_the_ratios_say(name, astronaut):
    template = read_template(path_of(name))
    assert template.ratios is not None
    found = np.array([ratios(landmarks) for landmarks in tracked(name, astronaut)])
    eyes = found[:, :2].mean(axis=1)
    assert np.corrcoef(eyes, template.ratios[:, :2].mean(axis=1))[0, 1] >= 0.9


@pytest.fixture(scope="module")
def astronaut() -> Image:
    return clips.astronaut()
