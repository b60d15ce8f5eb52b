"""Faces of a picture: where they are, their landmarks, the person around them, and the crop
that is rendered and pasted back."""

from mien.face.crop import Crop, crop_around, cut, face_height, feather
from mien.face.paste import paste
from mien.face.segmentation import segment_portrait
from mien.face.tracker import FaceTracker, MeshTracker, find_faces

__all__ = [
    "Crop",
    "FaceTracker",
    "MeshTracker",
    "crop_around",
    "cut",
    "face_height",
    "feather",
    "find_faces",
    "paste",
    "segment_portrait",
]
