"""A picture whose face is changed by sliders."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from mien.drivers.edits import drive_with_edits
from mien.errors import OptionError
from mien.media import PictureFile
from mien.motion.edits import Edits
from mien.pipeline.casting import cast_faces
from mien.pipeline.options import MAX_SIDE, AnimateOptions, FaceChoice, Size
from mien.pipeline.play import composition_for
from mien.pipeline.report import StillReport
from mien.pipeline.run import Take, pictures
from mien.pipeline.stills import ms_per_still
from mien.pipeline.stopwatch import Stopwatch
from mien.pipeline.target import result_path

NO_EDITS = Edits()
_RATE = Fraction(25)
"""A frame needs a time; a picture stands for itself."""


def edit(
    source: str | Path,
    edits: Edits = NO_EDITS,
    *,
    output: str | Path | None = None,
    engine: str = "mesh",
    face: FaceChoice = 1,
    size: Size | None = None,
    crop_scale: float | None = None,
    paste_back: bool = True,
    force: bool = False,
) -> StillReport:
    """Change the face of a picture: its expression, gaze, pose.

    ``mien.edit("me.jpg", mien.Edits(smile=0.6, yaw=-10), output="out.png")``. The options are
    those of ``mien edit`` (docs/editing.md). No edits give the picture back as it is.

    Raises an InputError for bad input, before any file is written.
    """
    options = AnimateOptions(
        engine=engine,
        face=face,
        size=size,
        crop_scale=crop_scale,
        paste_back=paste_back,
        retarget=edits.parts,
        force=force,
    )
    now = datetime.now()
    with result_path(output, "edit", now, inputs=(source,), extension=".png") as path:
        return _edit_picture(source, path, edits, options)


def parse_shape(text: str) -> tuple[str, float]:
    """``jawOpen=0.4``: a blendshape and its value."""
    name, equals, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        problem = "has no number behind =" if equals else "has no ="
        raise OptionError("--set", f"{text!r} {problem}; write jawOpen=0.4") from None


def _edit_picture(
    source: str | Path, path: str | Path, edits: Edits, options: AnimateOptions
) -> StillReport:
    file = PictureFile(path, force=options.force)
    watch = Stopwatch()
    with ExitStack() as stack:
        with watch.stage("prepare"):
            casting = cast_faces(source, options, keep_alpha=file.alpha, longest_side=MAX_SIDE)
            cast = stack.enter_context(casting)
        motion = drive_with_edits(edits, fps=_RATE, num_frames=1)
        composition = composition_for(options, motion)
        (frame,) = pictures(Take(cast.scene, motion, options.motion, composition), watch)
        with watch.stage("write"):
            file.write(frame.pixels)
    height, width = frame.pixels.shape[:2]
    return StillReport(
        output=str(Path(path)),
        engine=options.engine,
        stills=1,
        size=(width, height),
        ms_per_still=ms_per_still(watch, 1),
        faces_found=cast.faces_found,
        seconds=watch.seconds,
    )
