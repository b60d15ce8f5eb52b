"""A film as the portrait: its own motion stays, the driver's is added or replaces it.

The film is decoded, tracked and steadied in a thread of its own; what is held of it is the few
pictures that its smoothing looks ahead, however long it is. A picture without the face passes
through as it is.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from itertools import tee
from pathlib import Path
from typing import Any

import numpy as np

from mien.engines import Engine
from mien.errors import OptionError
from mien.face import crop_around, cut_placed
from mien.media import Video, open_video, prefetch, sniff
from mien.pipeline.engine_choice import check_for
from mien.pipeline.keeping import Keeper, borrowed_engine
from mien.pipeline.options import AnimateOptions
from mien.pipeline.portraits.casting import Cast, check_sides
from mien.pipeline.portraits.film_source import Opening, SeenPicture, find_opening, read_film
from mien.pipeline.portraits.scene import Shot
from mien.pipeline.stopwatch import WAIT, Stopwatch
from mien.types import Face, Framing, Image, Motion, MotionFrame, MotionOptions, Portrait, Rendered


def is_film(source: str | Path) -> bool:
    """Whether a source is a film. A GIF counts as its first picture."""
    return sniff(source) == "video"


def in_step_with(film: str | Path, options: AnimateOptions) -> AnimateOptions:
    """The options with the rate and the length of the film: what its driver is made with.

    Raises UnreadableMediaError for a film that cannot be read.
    """
    with _open(film, options) as video:
        rate, num_frames = video.info.rate, video.info.num_frames
        if num_frames is None:  # the container does not say
            num_frames = sum(1 for _ in video)
    num_frames = max(1, num_frames)
    return replace(options, fps=rate, max_frames=num_frames, duration=float(num_frames / rate))


@contextmanager
def cast_film(
    film: str | Path, options: AnimateOptions, *, keeper: Keeper | None = None
) -> Generator[Cast]:
    """Open the film, choose its face and prepare an engine for it, the ``keeper``'s if there is
    one; closes both, but what is kept.

    Raises UnreadableMediaError, NoFaceError, OptionError, EngineUnavailableError.
    """
    if options.face == "all":
        raise OptionError("--face", "all is for pictures; choose one face of a film by its number")
    if options.box is not None:
        raise OptionError("--box", "is for pictures; a film's face is followed, wherever it goes")
    if options.crop != "none":
        raise OptionError("--crop", "is for pictures; crop a film before")
    if options.engine.species == "animals":
        raise OptionError("--species", "animals are moved in pictures only, not in films")
    check_for(options.engine, options.motion, film=True)
    with ExitStack() as stack:
        video = stack.enter_context(_open(film, options))
        check_sides(film, video.info.width, video.info.height)
        size = options.size if options.paste_back else None
        opening = find_opening(video, options.face, size)
        engine = stack.enter_context(borrowed_engine(options.engine, keeper))
        pictures = read_film(video, opening.face, options.face, size, smooth=options.smooth)
        scene = FilmScene(pictures, opening, engine, options.framing)
        sound = video.audio()
        yield Cast(opening.portrait, [opening.face], scene, opening.faces_found, sound)


def _open(film: str | Path, options: AnimateOptions) -> Video:
    return open_video(
        film,
        duration_s=options.duration,
        max_frames=options.max_frames or None,
        fps=options.fps,
    )


class FilmScene:
    """A film and the face that moves in it. Plays once."""

    def __init__(
        self,
        pictures: Iterator[SeenPicture],
        opening: Opening,
        engine: Engine[Any],
        framing: Framing,
    ) -> None:
        self._pictures, self._engine, self._framing = pictures, engine, framing
        self._known = self._prepare(opening.portrait, opening.face)
        height, width = opening.portrait.pixels.shape[:2]
        scale = framing.scale or engine.info.crop_scale
        crop = crop_around(opening.face.landmarks, (width, height), scale=scale)
        if engine.info.crop_side is not None:
            crop = replace(crop, size=(engine.info.crop_side, engine.info.crop_side))
        self._place, self._size = crop.to_picture, crop.size

    def shots(self, motion: Motion, options: MotionOptions, watch: Stopwatch) -> Iterator[Shot]:
        """Picture and moment side by side; the shorter of film and motion ends it. ``tee`` holds
        on to what an engine reads ahead."""
        with closing(prefetch(watch.around("follow", self._pictures))) as read:
            pairs = zip(watch.around(WAIT, read), motion.frames, strict=False)
            beats, seen, felt = tee(pairs, 3)
            moments = (moment for picture, moment in felt if picture.face is not None)
            sources = self._sources((picture for picture, _ in seen), watch)
            moved = self._engine.animate_film(sources, replace(motion, frames=moments), options)
            rendered = watch.around("render", moved)
            for picture, moment in beats:
                pixels, seen_now = picture.portrait.pixels, picture.face is not None
                face = next(rendered) if seen_now else self._unmoved(pixels, moment)
                self._place, self._size = face.to_picture, face.alpha.shape[::-1]
                yield Shot(moment, pixels, [face], not seen_now or moment.presence < 1)

    def _sources(self, pictures: Iterator[SeenPicture], watch: Stopwatch) -> Iterator[Any]:
        """The prepared faces of those pictures that have one."""
        shot = 0
        for picture in pictures:
            if picture.face is None:
                continue
            with watch.stage("prepare"):
                if picture.shot != shot:  # of this face nothing is known yet
                    shot, self._known = picture.shot, self._prepare(picture.portrait, picture.face)
                self._known = self._prepare(picture.portrait, picture.face, self._known)
            yield self._known

    def _prepare(self, portrait: Portrait, face: Face, previous: Any = None) -> Any:
        framing = self._framing
        return self._engine.prepare(portrait, face, framing=framing, previous=previous)

    def _unmoved(self, picture: Image, moment: MotionFrame) -> Rendered:
        """The latest crop of a picture without the face."""
        pixels = cut_placed(picture, self._place, self._size)
        nothing = np.zeros(pixels.shape[:2], np.uint8)
        return Rendered(pixels, nothing, self._place, moment.pts, moment.time_base)
