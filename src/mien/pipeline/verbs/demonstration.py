"""The built-in story, with a contact sheet."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path

from mien.drivers.story import story_sound, tell_story
from mien.errors import OutputError
from mien.face import crop_around
from mien.media.staging import describe, is_there, link_end
from mien.pipeline.contact_sheet import FACE_SCALE, ContactSheet
from mien.pipeline.options import AnimateOptions
from mien.pipeline.play import Driving, play
from mien.pipeline.portraits.casting import Cast
from mien.pipeline.report import Report
from mien.pipeline.target import result_path, same_file
from mien.types import Frame, ProgressCallback


def demo(
    source: str | Path | None = None,
    *,
    output: str | Path | None = None,
    force: bool = False,
    progress: ProgressCallback | None = None,
) -> Report:
    """Play the built-in story of twelve seconds with a portrait, the built-in one if none is
    given; a contact sheet (``Report.sheet``) is written beside the result.

    Raises an InputError for bad input, before any file is written.
    """
    inputs = () if source is None else (source,)
    with result_path(output, "demo", datetime.now(), inputs=inputs) as path:
        sheet_path = _sheet_path(path, source, force=force)
        with _portrait_file(source) as portrait, _built_in("hello.ogg") as speech:
            motion = tell_story(speech)
            viewer = _SheetMaker(motion.num_frames or 1)
            options = AnimateOptions(force=force)
            driving = Driving(motion, story_sound(speech))
            report = play(
                portrait, path, options, lambda: driving, progress=progress, viewer=viewer
            )
        try:
            viewer.sheet.save(sheet_path)
        except OSError as error:
            raise OutputError(sheet_path, f"{describe(error)}; the film is complete") from None
    return replace(report, sheet=str(sheet_path))


def _sheet_path(film: str | Path, source: str | Path | None, *, force: bool) -> Path:
    """Beside the film; OutputError when something there must not be replaced."""
    if not Path(film).name:
        return Path(film)  # no place for a film either, which is said where it is opened
    path = Path(film).with_suffix(".png")
    if source is not None and same_file(path, source):
        raise OutputError(path, "is what is read; give another --output")
    if is_there(path) and not force:
        raise OutputError(path, "exists already; use --force to overwrite it")
    try:
        return link_end(path)
    except OSError as error:  # a name the file system cannot hold
        raise OutputError(path, describe(error)) from None


class _SheetMaker:
    """Makes a contact sheet of the first face."""

    sheet: ContactSheet

    def __init__(self, num_frames: int) -> None:
        self._num_frames = num_frames

    def __call__(self, cast: Cast) -> Callable[[Frame], None]:
        height, width = cast.portrait.pixels.shape[:2]
        crop = crop_around(cast.faces[0].landmarks, (width, height), scale=FACE_SCALE)
        self.sheet = ContactSheet(self._num_frames, crop)
        return self.sheet.add


@contextmanager
def _portrait_file(source: str | Path | None) -> Generator[str | Path]:
    """The source, or the built-in portrait as a file."""
    if source is not None:
        yield source
        return
    with _built_in("astronaut.png") as path:
        yield path


def _built_in(name: str) -> AbstractContextManager[Path]:
    """What the package brings along, as a file."""
    return as_file(files("mien").joinpath("data", name))
