"""Where LivePortrait looks: crops around faces, openings of eyes and lips, the way back."""

from mien.engines.liveportrait.framing.box import FaceBox, face_box
from mien.engines.liveportrait.framing.landmarker import Landmarker203
from mien.engines.liveportrait.framing.limit import limit_picture, limited_size
from mien.engines.liveportrait.framing.paste_mask import paste_mask
from mien.engines.liveportrait.framing.placement import Placement, place
from mien.engines.liveportrait.framing.ratios import ratios_of
from mien.engines.liveportrait.framing.subjects import frame_box, frame_driver, frame_source

__all__ = [
    "FaceBox",
    "Landmarker203",
    "Placement",
    "face_box",
    "frame_box",
    "frame_driver",
    "frame_source",
    "limit_picture",
    "limited_size",
    "paste_mask",
    "place",
    "ratios_of",
]
