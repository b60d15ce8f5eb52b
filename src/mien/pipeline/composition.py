"""What one frame of the result shows: the pasted picture or the crop, alone or side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

import cv2
import numpy as np

from mien.face import paste
from mien.pipeline.options import Size
from mien.pipeline.portraits.canvas import fit
from mien.pipeline.portraits.scene import Shot
from mien.types import DriverPixels, Image


class Composition(Protocol):
    """Makes one picture of one shot; always of the same size."""

    def __call__(self, shot: Shot) -> Image: ...


class PastedBack:
    """The portrait with its rendered faces in their place."""

    def __call__(self, shot: Shot) -> Image:
        picture = shot.picture
        for face in shot.faces:
            picture = paste(picture, face)
        return picture


class Unchanged:
    """The portrait as it is, whatever its faces do."""

    def __call__(self, shot: Shot) -> Image:
        return shot.picture


class CropAlone:
    """The rendered crop of one face, RGBA when it has coverage. Without a size all are as large
    as the first: a film's crops may grow with its face."""

    def __init__(self, size: Size | None) -> None:
        self._size = size

    def __call__(self, shot: Shot) -> Image:
        (face,) = shot.faces
        picture = face.pixels
        if face.coverage is not None:
            picture = np.dstack([picture, face.coverage])
        if self._size is None:
            self._size = picture.shape[1], picture.shape[0]
        return fit(picture, self._size)


class SideBySide:
    """Driver, source and result in a row, as high as the result.

    ``driver`` is the driver's picture at its reference, if it has one. While the driver's face is
    out of sight its last picture stays; a driver that never has one is left out.
    """

    def __init__(self, result: Composition, driver: DriverPixels | None) -> None:
        self._result = result
        self._driver = driver

    def __call__(self, shot: Shot) -> Image:
        result = self._result(shot)
        row = [shot.picture, result]
        self._driver = shot.moment.pixels or self._driver
        if self._driver is not None:
            row.insert(0, self._driver.image)
        height = result.shape[0]
        channels = max(picture.shape[2] for picture in row)
        return np.hstack([_with_channels(_as_high_as(p, height), channels) for p in row])


class BesideDriver:
    """On the left what ``cut`` makes of the driver's picture, on the right the result, both as
    large. While the driver's face is out of sight its last picture stays; black before."""

    def __init__(self, result: Composition, cut: Callable[[DriverPixels], Image]) -> None:
        self._result, self._cut = result, cut
        self._driver: Image | None = None

    def __call__(self, shot: Shot) -> Image:
        result = self._result(shot)
        if shot.moment.pixels is not None:
            height, width = result.shape[:2]
            self._driver = fit(self._cut(shot.moment.pixels), (width, height))
        if self._driver is None:
            self._driver = np.zeros_like(result)
        return np.hstack([self._driver, result])


def _as_high_as(picture: Image, height: int) -> Image:
    if picture.shape[0] == height:
        return picture
    scale = height / picture.shape[0]
    width = max(1, round(picture.shape[1] * scale))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cast(Image, cv2.resize(picture, (width, height), interpolation=interpolation))


def _with_channels(picture: Image, channels: int) -> Image:
    if picture.shape[2] == channels:
        return picture
    return np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
