"""The faces of a film that is to be a portrait, found in a worker."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mien.drivers.video import FACE_WITHIN_S
from mien.face import MeshTracker
from mien.media import encode_picture, open_video
from mien.pipeline.keeping import Keeper
from mien.service.tasks.stills import Inspected, InspectTask
from mien.types import Image, ProgressCallback


@dataclass(frozen=True, slots=True)
class FilmSightTask:
    """Look at the first picture of a film that shows a face, as far as a film must show one; at
    its very first if none does."""

    film: Path
    key: str

    def run(self, keeper: Keeper, progress: ProgressCallback) -> Inspected:
        """Raises UnreadableMediaError."""
        first = None
        for pixels in self._with_faces():
            seen = self._inspected(pixels, keeper, progress)
            if seen.faces:
                return seen
            first = first or seen
        return first or self._inspected(next(self._pictures()), keeper, progress)

    def _pictures(self) -> Iterator[Image]:
        with open_video(self.film) as video:
            most = max(1, round(FACE_WITHIN_S * video.info.rate))
            for frame in islice(video, most):
                yield frame.pixels

    def _with_faces(self) -> Iterator[Image]:
        tracker = MeshTracker()
        return (pixels for pixels in self._pictures() if tracker.track(pixels))

    def _inspected(self, pixels: Image, keeper: Keeper, progress: ProgressCallback) -> Inspected:
        with tempfile.TemporaryDirectory() as folder:
            picture = Path(folder) / "picture"
            picture.write_bytes(encode_picture(pixels, "jpg", quality=95))
            return InspectTask(picture, self.key).run(keeper, progress)
