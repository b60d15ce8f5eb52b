"""Who moves: the faces of a picture, chosen and prepared for an engine."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mien.engines import Engine
from mien.errors import NoFaceError, OptionError, UnreadableMediaError
from mien.face import find_faces
from mien.media import AudioTrack, read_still
from mien.media.sniff import require_file
from mien.pipeline.engine_choice import check_for
from mien.pipeline.keeping import Keeper, borrowed_engine
from mien.pipeline.options import AnimateOptions, Size
from mien.pipeline.portraits.boxed import face_in, on_canvas
from mien.pipeline.portraits.canvas import LONGEST_SIDE, canvas, is_padded
from mien.pipeline.portraits.choosing import choose_faces
from mien.pipeline.portraits.cutting import cut_out_person
from mien.pipeline.portraits.prepared import PortraitKey, PreparedPortrait
from mien.pipeline.portraits.scene import PreparedFace, Scene, StillScene
from mien.pipeline.portraits.upper_body import FindFaces, upper_body
from mien.types import Face, Portrait

_CUT_OUT = "/cut out"
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
    keeper: Keeper | None = None,
    content: str | None = None,
    cut_out: bool = False,
) -> Generator[Cast]:
    """Read the picture, choose its faces and prepare them for one engine, which is closed in the
    end. With a ``keeper`` the engine is its, and what was prepared before is not prepared again.

    ``longest_side`` as in :func:`mien.pipeline.portraits.canvas.canvas`. content: SHA-256 of the
    picture's file, hex, for those who know it. cut_out: leave only the person of an opaque picture;
    what is around is transparent.

    Raises UnreadableMediaError, NoFaceError, OptionError, EngineUnavailableError.
    """
    check_for(options.engine, options.motion, film=False)
    key = prepared = None
    if keeper is not None:
        whose = (content or content_of(source)) + (_CUT_OUT if cut_out else "")
        key = _key(whose, options, longest_side, keep_alpha=keep_alpha)
        prepared = keeper.portrait(key)
    chosen = None
    if prepared is None:  # a bad picture is told before weights are loaded
        finder = find_faces if keeper is None else keeper.find_faces
        chosen = _choose(source, options, finder, longest_side, keep_alpha=keep_alpha)
        if cut_out:
            person = cut_out_person(chosen.portrait, chosen.faces[0])
            chosen = replace(chosen, portrait=person, opaque=False)
    with ExitStack() as stack:
        engine = stack.enter_context(borrowed_engine(options.engine, keeper))
        if chosen is not None:
            prepared = _prepare(chosen, engine, options, warm=keeper is None)
            if keeper is not None and key is not None:
                # For others at once, and when it has been moved: some of what takes memory is made
                # only then.
                keeper.keep_portrait(key, prepared)
                stack.callback(keeper.keep_portrait, key, prepared)
        assert prepared is not None, "kept, or prepared now"
        faces = [PreparedFace(engine, each) for each in prepared.sources]
        scene = StillScene(prepared.portrait, faces)
        yield Cast(prepared.portrait, prepared.faces, scene, prepared.faces_found)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The picture as it is worked on, the faces that move, how many there are, and whether
    anything was or became transparent."""

    portrait: Portrait
    faces: Sequence[Face]
    faces_found: int
    opaque: bool


def _choose(
    source: str | Path,
    options: AnimateOptions,
    finder: FindFaces,
    longest_side: int,
    *,
    keep_alpha: bool,
) -> _Chosen:
    read = read_still(source)
    height, width = read.pixels.shape[:2]
    check_sides(source, width, height)
    if options.crop == "upper-body":
        assert options.face != "all", "checked"
        read = upper_body(read, source, options.face, finder)
        height, width = read.pixels.shape[:2]
    size = _size(options)
    portrait = canvas(read, size, keep_alpha=keep_alpha, longest_side=longest_side)
    faces = _faces(source, portrait, (width, height), options, finder)
    if options.crop == "upper-body":  # others may have been cut in half, or be larger
        middle = portrait.pixels.shape[1] / 2
        chosen = choose_faces(sorted(faces, key=lambda face: _off(face, middle)), 1, source)
    else:
        chosen = choose_faces(faces, options.face, source)
    opaque = read.alpha is None and not is_padded((width, height), size)
    return _Chosen(portrait, chosen, len(faces), opaque)


def _off(face: Face, x: float) -> float:
    """How far the face's middle is from the column x."""
    return abs(float(face.landmarks[:, 0].mean()) - x)


def _prepare(
    chosen: _Chosen, engine: Engine[Any], options: AnimateOptions, *, warm: bool
) -> PreparedPortrait:
    """warm: whether the engine is new; one that is kept has rendered before."""
    sources = []
    for face in chosen.faces:
        prepared = engine.prepare(chosen.portrait, face, framing=options.framing)
        if warm:
            engine.warmup(prepared)
        sources.append(prepared)
    return PreparedPortrait(
        chosen.portrait, chosen.faces, sources, chosen.faces_found, chosen.opaque
    )


def _size(options: AnimateOptions) -> Size | None:
    return options.size if options.paste_back else None


def _key(
    content: str, options: AnimateOptions, longest_side: int, *, keep_alpha: bool
) -> PortraitKey:
    return PortraitKey(
        content,
        options.engine,
        options.face,
        options.framing,
        options.box,
        _size(options),
        longest_side,
        keep_alpha,
        options.crop,
    )


def content_of(source: str | Path) -> str:
    """SHA-256 of a file, hex. Raises UnreadableMediaError."""
    with require_file(source).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _faces(
    source: str | Path,
    portrait: Portrait,
    source_size: tuple[int, int],
    options: AnimateOptions,
    finder: FindFaces,
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
    faces = finder(portrait.pixels)
    if not faces and options.size is not None and options.paste_back:
        problem = "no face was found at this --size; use a larger one or a picture of a face"
        raise NoFaceError(source, problem)
    return faces


def check_sides(source: str | Path, width: int, height: int) -> None:
    """UnreadableMediaError about ``source`` unless faces can be made out in so many pixels."""
    if min(width, height) < SMALLEST_SIDE:
        raise UnreadableMediaError(source, f"is only {width}x{height} pixels; use a larger one")
