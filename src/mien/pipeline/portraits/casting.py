"""Who moves: the faces of a picture, chosen and prepared for an engine."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mien.engines import load_engine
from mien.errors import NoFaceError, OptionError, UnreadableMediaError
from mien.face import find_faces
from mien.media import AudioTrack, read_still
from mien.pipeline.engine_choice import check_for
from mien.pipeline.options import AnimateOptions, FaceChoice
from mien.pipeline.portraits.boxed import face_in, on_canvas
from mien.pipeline.portraits.canvas import LONGEST_SIDE, canvas
from mien.pipeline.portraits.scene import PreparedFace, Scene, StillScene
from mien.types import Face, Portrait

SMALLEST_SIDE = 32
"""Pixels of a source below which no face can be made out."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The picture as it is worked on (of a film, the first that shows a face), the faces in it
    that move, what they are played with, how many there are, and the film's own sound."""

    portrait: Portrait
    faces: Sequence[Face]
    scene: Scene
    faces_found: int
    sound: AudioTrack | None = None


@contextmanager
def cast_faces(
    source: str | Path,
    options: AnimateOptions,
    *,
    keep_alpha: bool,
    longest_side: int = LONGEST_SIDE,
) -> Generator[Cast]:
    """Read the picture, choose its faces and prepare them for one engine; closes the engine.

    ``longest_side`` as in :func:`mien.pipeline.portraits.canvas.canvas`.

    Raises UnreadableMediaError, NoFaceError, OptionError, EngineUnavailableError.
    """
    check_for(options.engine, options.motion, film=False)
    portrait = read_still(source)
    height, width = portrait.pixels.shape[:2]
    check_sides(source, width, height)
    size = options.size if options.paste_back else None
    portrait = canvas(portrait, size, keep_alpha=keep_alpha, longest_side=longest_side)
    faces = _faces(source, portrait, (width, height), options)
    chosen = choose_faces(faces, options.face, source)
    with ExitStack() as stack:
        engine = stack.enter_context(closing(load_engine(options.engine)))
        prepared_faces = []
        for face in chosen:
            prepared = engine.prepare(portrait, face, framing=options.framing)
            engine.warmup(prepared)
            prepared_faces.append(PreparedFace(engine, prepared))
        yield Cast(portrait, chosen, StillScene(portrait, prepared_faces), len(faces))


def _faces(
    source: str | Path, portrait: Portrait, source_size: tuple[int, int], options: AnimateOptions
) -> Sequence[Face]:
    """The faces of the picture that is worked on, largest first; one if a box says where.
    ``source_size``: width and height of the picture that the box is about."""
    species = options.engine.species
    if options.box is not None:
        height, width = portrait.pixels.shape[:2]
        box = on_canvas(options.box, source_size, (width, height))
        return [face_in(portrait, box, species, source)]
    if species == "animals":
        raise OptionError("--box", "is needed for animals, whose faces are not found: X,Y,W,H")
    faces = find_faces(portrait.pixels)
    if not faces and options.size is not None and options.paste_back:
        problem = "no face was found at this --size; use a larger one or a picture of a face"
        raise NoFaceError(source, problem)
    return faces


def check_sides(source: str | Path, width: int, height: int) -> None:
    """UnreadableMediaError about ``source`` unless faces can be made out in so many pixels."""
    if min(width, height) < SMALLEST_SIDE:
        raise UnreadableMediaError(source, f"is only {width}x{height} pixels; use a larger one")


def choose_faces(faces: Sequence[Face], choice: FaceChoice, source: str | Path) -> Sequence[Face]:
    """The faces asked for, of those found, largest first; NoFaceError names ``source``."""
    if not faces:
        raise NoFaceError(source, "no face was found; use a picture of a face seen from the front")
    if choice == "all":
        return faces
    if choice > len(faces):
        found = "has one face" if len(faces) == 1 else f"has {len(faces)} faces"
        raise NoFaceError(source, f"{found}, so there is no face {choice} (--face)")
    return [faces[choice - 1]]
