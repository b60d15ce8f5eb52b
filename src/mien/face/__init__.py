"""Faces of a picture: where they are, their landmarks, the person around them, and the crop
that is rendered and pasted back."""

from mien.face.boxed import find_face_in
from mien.face.crop import (
    Crop,
    crop_around,
    cut,
    cut_placed,
    face_height,
    feather,
    follow_crop,
    in_crop,
)
from mien.face.paste import paste
from mien.face.segmentation import Segmenter, segment_portrait
from mien.face.tracker import FaceTracker, MeshTracker, find_faces

__all__ = [
    "Crop",
    "FaceTracker",
    "MeshTracker",
    "Segmenter",
    "crop_around",
    "cut",
    "cut_placed",
    "face_height",
    "feather",
    "find_face_in",
    "find_faces",
    "follow_crop",
    "in_crop",
    "paste",
    "segment_portrait",
]
