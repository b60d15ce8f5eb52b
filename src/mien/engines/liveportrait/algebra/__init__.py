"""LivePortrait's motion algebra: from what is read of source and driver to driven keypoints.

Pure functions of NumPy arrays. :class:`Mover` streams one run; the networks that correct
keypoints are given to it.
"""

from mien.engines.liveportrait.algebra.merging import Setting
from mien.engines.liveportrait.algebra.mover import Mover
from mien.engines.liveportrait.algebra.networks import Correctors
from mien.engines.liveportrait.algebra.neutral import NEUTRAL
from mien.engines.liveportrait.algebra.options import DriveOptions
from mien.engines.liveportrait.algebra.readings import (
    DrivingMotion,
    SourceMotion,
    driving_motion,
    source_motion,
)
from mien.engines.liveportrait.algebra.rotation import (
    degrees_from_bins,
    nearest_rotation,
    rotation_from_degrees,
)

__all__ = [
    "NEUTRAL",
    "Correctors",
    "DriveOptions",
    "DrivingMotion",
    "Mover",
    "Setting",
    "SourceMotion",
    "degrees_from_bins",
    "driving_motion",
    "nearest_rotation",
    "rotation_from_degrees",
    "source_motion",
]
