"""Faces of a picture: where they are, their landmarks, the person around them, and the crop
that is rendered and pasted back."""

from mien.face.segmentation import segment_portrait
from mien.face.tracker import FaceTracker, MeshTracker, find_faces

__all__ = ["FaceTracker", "MeshTracker", "find_faces", "segment_portrait"]
