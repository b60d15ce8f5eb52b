"""Motion templates made, converted and described: what ``mien template`` does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from mien.errors import OptionError, OutputError, TemplateError
from mien.motion.arkit import SHAPE_INDEX
from mien.motion.pose import angles_from_rotation
from mien.pipeline.driving import NEEDED, choose_driver
from mien.pipeline.options import AnimateOptions
from mien.pipeline.report import rate_text
from mien.pipeline.target import same_file
from mien.templates import (
    MotionTemplate,
    read_template,
    record_motion,
    template_place,
    write_template,
)
from mien.templates.problems import UnusableError
from mien.types import Floats, ProgressCallback

Range = tuple[float, float]
_SHAPES = {
    "mouth open": "jawOpen",
    "right eye shut": "eyeBlinkRight",
    "left eye shut": "eyeBlinkLeft",
}
_RATIOS = ("right eye ratio", "left eye ratio", "lips ratio")


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """What a template holds.

    rate: frames per second, exact. channels: what it knows of each frame. ranges: smallest and
    largest value over the frames, by what it measures: angles in degrees, blendshapes 0..1,
    opening over width.
    """

    path: str
    made_from: str
    frames: int
    rate: Fraction
    duration_s: float
    channels: tuple[str, ...]
    ranges: Mapping[str, Range]

    def to_json(self) -> str:
        """One line of JSON; the rate is written as ``30000/1001``."""
        facts = asdict(self)
        facts["rate"] = rate_text(self.rate)
        return json.dumps(facts)


def make_template(
    driving: str | Path | None,
    output: str | Path,
    *,
    options: AnimateOptions,
    landmarks: bool = True,
    progress: ProgressCallback | None = None,
) -> TemplateFacts:
    """Write down what a driver says: a video, a picture, ``idle:NAME``, emotions (in ``options``)
    or another template. ``landmarks``: with the driver's dense landmarks where it has a face.

    Raises an InputError for bad input, before any file is written.
    """
    _check_place(driving, output, force=options.force)
    if driving is None and options.emotions is None:
        raise OptionError("driver", NEEDED)
    made_from = Path(driving).name if driving is not None else "emotions"
    motion = choose_driver(driving, options).motion
    try:
        template = record_motion(
            motion, made_from=made_from, landmarks=landmarks, progress=progress
        )
    except UnusableError as error:
        raise TemplateError(output, f"{error}; it was not written") from None
    write_template(output, template, force=options.force)
    return _facts(output, template)


def convert_template(path: str | Path, output: str | Path, *, force: bool = False) -> TemplateFacts:
    """Write a template in the format that the name of ``output`` says: ``.mien``, or ``.pkl`` for
    LivePortrait. Raises TemplateError, OutputError."""
    _check_place(path, output, force=force)
    template = read_template(path)
    write_template(output, template, force=force)
    return _facts(output, template)


def describe_template(path: str | Path) -> TemplateFacts:
    """What a template's file holds. Raises TemplateError."""
    return _facts(path, read_template(path))


def _check_place(read: str | Path | None, output: str | Path, *, force: bool) -> None:
    template_place(output, force=force)
    if read is not None and same_file(read, output):
        raise OutputError(output, "is what is read; give another name")


def _facts(path: str | Path, template: MotionTemplate) -> TemplateFacts:
    optional = {
        "keypoints": template.keypoints,
        "ratios": template.ratios,
        "landmarks": template.landmarks,
    }
    known = tuple(name for name, channel in optional.items() if channel is not None)
    return TemplateFacts(
        path=str(path),
        made_from=template.made_from,
        frames=template.num_frames,
        rate=template.rate,
        duration_s=round(template.duration_s, 3),
        channels=("pose", "blendshapes", *known),
        ranges=_ranges(template),
    )


def _ranges(template: MotionTemplate) -> dict[str, Range]:
    frames = slice(template.first_frame, None)
    angles = np.array([angles_from_rotation(turn) for turn in template.rotation[frames]])
    ranges = {name: _range(angles[:, i]) for i, name in enumerate(("yaw", "pitch", "roll"))}
    ranges["scale"] = _range(template.scale[frames])
    for name, shape in _SHAPES.items():
        ranges[name] = _range(template.blendshapes[frames, SHAPE_INDEX[shape]])
    if template.ratios is not None:
        for index, name in enumerate(_RATIOS):
            ranges[name] = _range(template.ratios[frames, index])
    return ranges


def _range(values: Floats) -> Range:
    return round(float(values.min()), 3) + 0.0, round(float(values.max()), 3) + 0.0  # no -0
