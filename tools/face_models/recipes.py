"""What goes in and what must come out. No imports beyond the standard library: tests read it."""

from __future__ import annotations

from dataclasses import dataclass

REQUIREMENT = "mediapipe==0.10.21"
WHEEL = "mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl"
WHEEL_SHA256 = "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3"


@dataclass(frozen=True, slots=True)
class Recipe:
    """One network. ``member``: its file below ``mediapipe/modules`` in the wheel. ``low``: the
    value of a black input; white is 1. ``landmarks``: put the 478 points together."""

    name: str
    member: str
    member_sha256: str
    sha256: str
    low: float = 0.0
    landmarks: bool = False


RECIPES = (
    Recipe(
        "face478_fp16",
        "face_landmark/face_landmark_with_attention.tflite",
        "e06a804e0144f9929eda782122916b35d60c697c3c9344013ca2bbe76a6ce2b4",
        "8fc04ae3b7aec865bb8ded230a8e353c08e328a5383b3eeb3bd3897cf38b5296",
        landmarks=True,
    ),
    Recipe(
        "face_detector_fp16",
        "face_detection/face_detection_short_range.tflite",
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
        "4c93f73189e1abd78ad3c440c03bbba3fb2df395df801f53ffcf16be1f04a836",
        low=-1.0,
    ),
    Recipe(
        "face_detector_full_fp16",
        "face_detection/face_detection_full_range_sparse.tflite",
        "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
        "35de8f48b3f5b31698537cac2b71d3138b8a65fd8bf63514509cbe25f7603a41",
        low=-1.0,
    ),
    Recipe(
        "selfie_fp16",
        "selfie_segmentation/selfie_segmentation.tflite",
        "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
        "6bf1be32b5cfc8383bf18c4068a0acef04c2436c2415c5651d65408882ef5f9e",
    ),
)
