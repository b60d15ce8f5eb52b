"""FasterLivePortrait's set of results: the crop beside the driver's, the whole picture, both with
and without sound, and the driver's motion as a template."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from mien.engines.base import DEFAULT_FRAMING
from mien.engines.liveportrait.framing import Placement, frame_driver
from mien.errors import OutputError
from mien.media.remux import without_sound
from mien.pipeline.composition import (
    BesideDriver,
    Composition,
    CropAlone,
    PastedBack,
    Unchanged,
)
from mien.pipeline.driving import check_driver, choose_driver
from mien.pipeline.keeping import Keeper
from mien.pipeline.noted import NotedMotion
from mien.pipeline.options import AnimateOptions
from mien.pipeline.play import Driving, play
from mien.pipeline.portraits.films import in_step_with, is_film
from mien.pipeline.report import Report
from mien.pipeline.run import Copy
from mien.templates import write_template
from mien.types import DriverPixels, Framing, Image, ProgressCallback

_SIDE = 512
"""Pixels of each of the two crops."""


@dataclass(frozen=True, slots=True)
class PredictOptions:
    """What can be asked for.

    animate: how the portrait is moved; files, sizes and sound in it do not count. paste_back:
    whether the whole picture shows the moved face, or stays as it was. driver_crop: what is shown
    of the driver, scale in extents of the face from brows to chin; None shows its whole picture.
    of_template: whether the driver is a template, of which there is nothing to be shown.
    """

    animate: AnimateOptions
    paste_back: bool = True
    driver_crop: Framing | None = DEFAULT_FRAMING
    of_template: bool = False


@dataclass(frozen=True, slots=True)
class Prediction:
    """The files. crop, whole: silent. crop_heard, whole_heard: the same with the driver's sound,
    where it has any. motion: LivePortrait's template; none where the driver is one."""

    crop: Path
    whole: Path
    crop_heard: Path | None
    whole_heard: Path | None
    motion: Path | None
    report: Report


def predict(
    source: str | Path,
    driving: str | Path,
    folder: Path,
    options: PredictOptions,
    *,
    keeper: Keeper | None = None,
    progress: ProgressCallback | None = None,
) -> Prediction:
    """Move the face of a picture or a film, and write all that is made of it into an empty folder.

    Everything comes from one rendering, by the engine of the ``keeper`` if there is one. Raises an
    InputError for bad input.
    """
    animate = replace(
        options.animate, paste_back=False, side_by_side=False, size=(_SIDE, _SIDE),
        keep_audio="driving", audio=None, reference="first",
    )  # fmt: skip
    if is_film(source):
        animate = in_step_with(source, animate)
    check_driver(driving, animate)
    crop, whole = folder / "crop.mp4", folder / "whole.mp4"
    driver = _Driver(driving, animate)
    copies = [Copy(whole, PastedBack() if options.paste_back else Unchanged())]
    report = play(
        source,
        crop,
        animate,
        driver.drive,
        keeper=keeper,
        progress=progress,
        shown=_shown(options),
        copies=copies,
    )
    motion = None
    if not options.of_template:
        motion = folder / "motion.pkl"
        write_template(motion, driver.noted.template(report.frames))
    crop_heard = whole_heard = None
    if driver.heard:
        crop, crop_heard = _silenced(crop)
        whole, whole_heard = _silenced(whole)
    return Prediction(crop, whole, crop_heard, whole_heard, motion, report)


class _Driver:
    """The driver, and what is known of it when it has been played."""

    def __init__(self, driving: str | Path, options: AnimateOptions) -> None:
        self._driving, self._options = driving, options
        self.heard = False
        self.noted: NotedMotion

    def drive(self) -> Driving:
        driver = choose_driver(self._driving, self._options)
        self.heard = driver.audio is not None
        self.noted = NotedMotion(driver.motion)
        return replace(driver, motion=self.noted.motion)


class _DriverCrop:
    """One upright crop for the whole clip, where its first picture asks for it."""

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._placement: Placement | None = None

    def __call__(self, driver: DriverPixels) -> Image:
        if self._placement is None:
            asked = {"scale": self._framing.scale, "x": self._framing.x, "y": self._framing.y}
            known = {name: value for name, value in asked.items() if value is not None}
            self._placement = frame_driver(driver.landmarks, _SIDE, **known)
        return self._placement.cut(driver.image)


def _shown(options: PredictOptions) -> Composition:
    result = CropAlone((_SIDE, _SIDE))
    if options.of_template:
        return result
    if options.driver_crop is None:
        return BesideDriver(result, lambda driver: driver.image)
    return BesideDriver(result, _DriverCrop(options.driver_crop))


def _silenced(film: Path) -> tuple[Path, Path]:
    """The film without its sound, and where the one with it now is."""
    heard = film.with_stem(f"{film.stem}-audio")
    try:
        film.rename(heard)
    except OSError as error:
        raise OutputError(film, f"cannot be renamed: {error.strerror}") from None
    without_sound(heard, film)
    return film, heard
