"""A portrait with every expression: a folder of pictures, or a labelled contact sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from mien.errors import OutputError
from mien.face import crop_around, cut
from mien.media import PictureFile, PictureFolder
from mien.motion.moment import Moment
from mien.pipeline.contact_sheet import CLOSE_UP_SCALE, labelled_sheet
from mien.pipeline.keeping import Keeper
from mien.pipeline.options import AnimateOptions
from mien.pipeline.portraits.canvas import flatten
from mien.pipeline.report import StillReport
from mien.pipeline.stills import Studio, motion_of, open_studio
from mien.pipeline.target import same_file
from mien.types import Image, Portrait, Progress, ProgressCallback

SHEET = "_sheet"
"""Name of the contact sheet among the pictures; no expression's name begins so."""


def render_gallery(
    source: str | Path,
    path: str | Path,
    moments: Mapping[str, Moment],
    options: AnimateOptions,
    progress: ProgressCallback | None,
    keeper: Keeper | None = None,
) -> StillReport:
    """Render the portrait at each of the named moments into a folder: one PNG for each, and the
    labelled contact sheet as ``_sheet.png``."""
    names = [*moments, SHEET]
    if any(same_file(source, Path(path) / f"{name}.png") for name in names):
        raise OutputError(path, "holds what is read; give another folder")
    folder = PictureFolder(path, names, force=options.force)
    tiles: dict[str, Image] = {}
    with open_studio(source, options, keep_alpha=True, keeper=keeper) as studio:
        with folder:
            for name, still in _named_stills(studio, moments, progress):
                tiles[name] = _tile(still, studio, options)
                with studio.watch.stage("encode"):
                    folder.write(name, still)
            folder.write(SHEET, labelled_sheet(tiles))
        return studio.report(path, sheet=Path(path) / f"{SHEET}.png")


def render_sheet(
    source: str | Path,
    path: str | Path,
    moments: Mapping[str, Moment],
    options: AnimateOptions,
    progress: ProgressCallback | None,
    keeper: Keeper | None = None,
) -> StillReport:
    """Render the portrait at each of the named moments onto a labelled contact sheet."""
    file = PictureFile(path, force=options.force)
    with open_studio(source, options, keep_alpha=False, keeper=keeper) as studio:
        stills = _named_stills(studio, moments, progress)
        file.write(labelled_sheet({n: _tile(still, studio, options) for n, still in stills}))
        return studio.report(path, sheet=path)


def _named_stills(
    studio: Studio, moments: Mapping[str, Moment], progress: ProgressCallback | None
) -> Iterator[tuple[str, Image]]:
    stills = zip(moments, studio.stills(motion_of(list(moments.values()))), strict=True)
    for done, named in enumerate(stills, start=1):
        yield named
        if progress is not None:
            progress(Progress(done, len(moments)))


def _tile(still: Image, studio: Studio, options: AnimateOptions) -> Image:
    """The first face of a picture, or the crop as it is, on white."""
    alpha = still[..., 3] if still.shape[2] == 4 else None
    opaque = flatten(Portrait(still[..., :3], alpha)).pixels
    if not options.paste_back:
        return opaque
    height, width = still.shape[:2]
    face = studio.cast.faces[0]
    return cut(opaque, crop_around(face.landmarks, (width, height), scale=CLOSE_UP_SCALE))
