"""Our detector and landmark network against MediaPipe 0.10.21 on the same pixels.

MediaPipe's static mode is one pass: detector, region, landmarks. Distances are in the picture's
plane, in percent of the distance between the outer eye corners. OpenCV 5 interpolates exactly
where MediaPipe's OpenCV 4 works in steps of 1/32 pixel; the figures hold with either.
"""

from __future__ import annotations

import hashlib
import json
import os
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import pytest

from mien.face import find_faces
from mien.face.detector import SHORT_RANGE, Detector
from mien.face.mesh import MeshNetwork
from mien.types import Face, Floats, Image

pytestmark = pytest.mark.golden

MEAN_PERCENT = 0.2
SETTLED_MEAN_PERCENT = 4.0
"""A settled region is tighter than a detector's, so the landmarks differ: MediaPipe's own do so
between its static and its tracking mode."""
ASTRONAUT = json.loads((Path(__file__).parent / "data/facemesh/astronaut.json").read_text())
SHARED = os.environ.get("MIEN_SHARED_DIR")
PICTURES = [
    "driving/d8.jpg",
    "driving/d9.jpg",
    "sources/d19.jpg",
    "sources/s12.jpg",
    "sources/s3.jpg",
    "sources/s42.jpg",
    "sources/s5.jpg",
    "sources/s7.jpg",
    "sources/s9.jpg",
]
needs_shared = pytest.mark.skipif(
    not SHARED, reason="set MIEN_SHARED_DIR to the folder with the golden landmarks and pictures"
)


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(SHORT_RANGE)


@pytest.fixture(scope="module")
def mesh() -> MeshNetwork:
    return MeshNetwork()


def read(path: Path, sha1: str) -> Image:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    assert hashlib.sha1(picture.tobytes()).hexdigest() == sha1, "decoded to other pixels"
    return picture


def distances(face: Face, expected: Floats) -> Floats:
    eye_distance = np.linalg.norm(expected[33, :2] - expected[263, :2])
    return 100 * np.linalg.norm((face.landmarks - expected)[:, :2], axis=1) / eye_distance


def check(face: Face, expected: Floats) -> None:
    """A mean of 0.2 %, no point further off than 1 %, depth as good."""
    eye_distance = np.linalg.norm(expected[33, :2] - expected[263, :2])
    assert distances(face, expected).mean() <= MEAN_PERCENT
    assert distances(face, expected).max() <= 5 * MEAN_PERCENT
    depth = np.abs(face.landmarks - expected)[:, 2] / eye_distance
    assert 100 * depth.mean() <= MEAN_PERCENT


def astronaut() -> Image:
    return read(Path(str(files("mien") / "data" / "astronaut.png")), ASTRONAUT["rgb_sha1"])


def test_the_astronaut_is_detected_where_mediapipe_detects_her(detector):
    (found,) = detector.detect(astronaut())
    expected = ASTRONAUT["detection"]
    assert np.allclose(found.box, expected["box_xyxy_px"], atol=0.01)
    assert np.allclose(found.keypoints, expected["keypoints_px"], atol=0.01)
    assert found.score == pytest.approx(expected["score"], abs=1e-4)


def test_the_landmarks_of_the_astronaut_are_mediapipes(detector, mesh):
    (found,) = detector.detect(astronaut())
    check(mesh.locate(astronaut(), found.region), np.array(ASTRONAUT["landmarks_px"]))


def test_the_settled_landmarks_of_the_astronaut_are_close(detector, mesh):
    (face,) = find_faces(astronaut())
    expected = np.array(ASTRONAUT["landmarks_px"])
    assert distances(face, expected).mean() <= SETTLED_MEAN_PERCENT


@needs_shared
@pytest.mark.parametrize("name", PICTURES)
def test_the_landmarks_of_a_portrait_are_mediapipes(name, detector, mesh):
    picture, expected = golden(name)
    found = detector.detect(picture)
    assert len(found) == 1
    check(mesh.locate(picture, found[0].region), expected)


@needs_shared
@pytest.mark.parametrize("name", PICTURES)
def test_the_same_face_is_found_and_no_other(name):
    picture, expected = golden(name)
    (face,) = find_faces(picture)
    assert distances(face, expected).mean() <= SETTLED_MEAN_PERCENT


@needs_shared
def test_where_mediapipe_finds_no_face_there_is_none():
    picture, _ = golden("sources/cat_s39.jpg")
    assert find_faces(picture) == []


def golden(name: str) -> tuple[Image, Floats]:
    folder = Path(SHARED or "")
    facts = json.loads((folder / "golden/facemesh/golden_mp.json").read_text())["images"][name]
    with np.load(folder / "golden/facemesh/golden_mp.npz") as arrays:
        expected = arrays[f"mesh:{name}"]
    return read(folder / "media" / name, facts["rgb_sha1"]), expected
