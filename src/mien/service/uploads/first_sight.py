"""The faces of a film that is to be a portrait, found in a worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mien.drivers.video import FACE_WITHIN_S
from mien.face import MeshTracker
from mien.media import open_video
from mien.pipeline.keeping import Keeper
from mien.service.tasks.stills import Inspected, inspected
from mien.types import Portrait, Progress, ProgressCallback


@dataclass(frozen=True, slots=True)
class FilmSightTask:
    """Look at the first picture of a film that shows a face, as far as a film must show one; at
    its very first if none does."""

    film: Path
    key: str

    def run(self, keeper: Keeper, progress: ProgressCallback) -> Inspected:
        """Raises UnreadableMediaError."""
        progress(Progress(0, None))
        first = None
        for picture in self._with_faces():
            seen = inspected(picture, self.film, keeper)
            if seen.faces:
                return seen
            first = first or seen
        return first or inspected(next(self._pictures()), self.film, keeper)

    def _pictures(self) -> Iterator[Portrait]:
        with open_video(self.film) as video:
            most = max(1, round(FACE_WITHIN_S * video.info.rate))
            for frame in islice(video, most):
                yield Portrait(frame.pixels)

    def _with_faces(self) -> Iterator[Portrait]:
        tracker = MeshTracker()
        return (picture for picture in self._pictures() if tracker.track(picture.pixels))
