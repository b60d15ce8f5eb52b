"""How large a file may be, in bytes and in what it holds."""

from __future__ import annotations

from dataclasses import dataclass

from mien.service.errors import TooLargeError
from mien.service.settings import ServiceSettings
from mien.service.uploads.upload import Facts, UploadKind


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """picture_bytes: of a picture; other_bytes: of anything else. The rest of what it holds."""

    picture_bytes: int
    other_bytes: int
    pixels: int
    duration_s: float
    frames: int

    def bytes_of(self, kind: UploadKind) -> int:
        """Most bytes of a file of this kind."""
        return self.picture_bytes if kind == "picture" else self.other_bytes

    def check(self, facts: Facts) -> None:
        """TooLargeError for more pixels, seconds or frames than are taken."""
        pixels = (facts.width or 0) * (facts.height or 0)
        if pixels > self.pixels:
            raise TooLargeError(
                f"the picture has {facts.width} x {facts.height} pixels, more than "
                f"{self.pixels / 1e6:g} megapixels; make it smaller"
            )
        if (facts.duration_s or 0) > self.duration_s:
            raise TooLargeError(f"it plays for more than {self.duration_s:g} s; cut it")
        if (facts.num_frames or 0) > self.frames:
            raise TooLargeError(f"it has more than {self.frames} frames; cut it")


def upload_limits(settings: ServiceSettings) -> UploadLimits:
    """Those of the settings."""
    return UploadLimits(
        picture_bytes=settings.max_portrait_mb * 1_000_000,
        other_bytes=settings.max_upload_mb * 1_000_000,
        pixels=settings.max_megapixels * 1_000_000,
        duration_s=settings.max_duration_s,
        frames=settings.max_frames,
    )
