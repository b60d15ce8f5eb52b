"""A live face as a camera of this machine, for programs that want one."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np

from mien.errors import OptionError
from mien.pipeline.broadcast.shot import Shot

OPTION = "--virtual-camera"
_DEVICES = (
    "on Linux load v4l2loopback (modprobe v4l2loopback), on Windows and macOS install OBS Studio"
)


class VirtualCamera:
    """Needs the extra ``live`` and a device."""

    def __init__(self, size: tuple[int, int], fps: int) -> None:
        """Raises OptionError without the package, or without a device."""
        width, height = size
        # the devices take 4:2:0, for which sides are even
        self._pad = height % 2, width % 2
        package = _package()
        try:
            self._camera: Any = package.Camera(
                width + width % 2, height + height % 2, fps, fmt=package.PixelFormat.RGB
            )
        except RuntimeError as error:
            reason = str(error).split("\n")[0].split(". ")[0].rstrip(".")
            raise OptionError(OPTION, f"there is no device ({reason}); {_DEVICES}") from None

    @property
    def name(self) -> str:
        """What other programs call it."""
        return str(self._camera.device)

    def show(self, shot: Shot) -> None:
        """At once; it has no sound."""
        bottom, right = self._pad
        picture = shot.picture
        if bottom or right:
            picture = cv2.copyMakeBorder(picture, 0, bottom, 0, right, cv2.BORDER_REPLICATE)  # type: ignore[assignment]
        self._camera.send(np.ascontiguousarray(picture))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._camera.close()


def check_package() -> None:
    """Raises OptionError without it."""
    _package()


def _package() -> Any:
    try:
        import pyvirtualcam
    except ImportError:
        problem = "needs the package pyvirtualcam: pip install 'mien[live]'"
        raise OptionError(OPTION, problem) from None
    return pyvirtualcam
