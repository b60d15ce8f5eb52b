"""How far a faster runtime is from the exact one, on the weights that are installed."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

import cv2
import numpy as np

from mien.engines.liveportrait.algebra.readings import source_motion
from mien.engines.liveportrait.runtimes.base import Runtime
from mien.errors import OutputError
from mien.media.staging import Staging, make_folder
from mien.types import Floats, Image

LEAST_PSNR_DB = 40.0
MOST_MEAN_LEVELS = 2.0
"""Of 255, mean absolute difference."""

_FACE = (slice(0, 230), slice(107, 337))
"""Rows and columns of the built-in portrait, framed as LivePortrait frames a face."""
_MOVED = 0.05
"""How far the keypoints of the test go, canvas units."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """psnr_db: of the two pictures. mean_levels: of their difference, in levels of 255."""

    psnr_db: float
    mean_levels: float

    @property
    def good(self) -> bool:
        """Whether nobody would see the difference."""
        return self.psnr_db >= LEAST_PSNR_DB and self.mean_levels <= MOST_MEAN_LEVELS


def agreement(exact: Runtime, other: Runtime) -> Agreement:
    """Of one frame, the built-in portrait moved a little."""
    picture, keypoints, driving = moved_face(exact)
    frames = [
        runtime.render(runtime.prepare(picture, keypoints), driving[:1])
        for runtime in (exact, other)
    ]
    return difference(*frames)


def moved_face(runtime: Runtime) -> tuple[Image, Floats, Floats]:
    """The face of the portrait that comes with Mien (256, 256, 3), its keypoints (21, 3), and
    two ways to move them (2, 21, 3)."""
    picture = built_in_face()
    (reading,) = runtime.read_motion(picture[None])
    keypoints = source_motion(reading).keypoints
    change = _MOVED * np.sin(np.arange(keypoints.size)).reshape(keypoints.shape)
    driving = np.stack([keypoints + change, keypoints - change]).astype(np.float32)
    return picture, keypoints, driving


def difference(expected: Floats, given: Floats) -> Agreement:
    """Of pictures 0..1."""
    levels = 255 * np.abs(given.astype(np.float64) - expected)
    mean_square = float(np.mean(levels**2))
    if not math.isfinite(mean_square):
        return Agreement(0.0, 255.0)
    psnr_db = 20 * math.log10(255 / math.sqrt(max(mean_square, 1e-12)))
    return Agreement(psnr_db, float(levels.mean()))


def built_in_face() -> Image:
    """(256, 256, 3): the face of the portrait that comes with Mien."""
    encoded = (resources.files("mien") / "data" / "astronaut.png").read_bytes()
    portrait = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert portrait is not None
    crop = np.ascontiguousarray(portrait[_FACE])
    return cv2.resize(crop, (256, 256), interpolation=cv2.INTER_AREA).astype(np.uint8)


def remembered(path: Path) -> Agreement | None:
    """What `remember` wrote there, if it is there and whole."""
    try:
        facts = json.loads(path.read_text("utf-8"))
        found = Agreement(float(facts["psnr_db"]), float(facts["mean_levels"]))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return found if math.isfinite(found.psnr_db + found.mean_levels) else None


def remember(found: Agreement, path: Path) -> None:
    """Write it to a file; where that cannot be done, the test is made again next time."""
    try:
        make_folder(path.parent)
        with Staging(path, folder=False, force=True).writing() as temporary:
            temporary.write_text(json.dumps(asdict(found)), "utf-8")
    except OutputError:
        return
