"""Engines that read nothing but pictures, moved by anything.

What is made rather than seen (emotions, idling, speech, templates, edits) shows no picture of a
driver. The mesh engine makes one: it moves the same portrait, and what that shows is the driver's
film. In the same way an option that such an engine does not have is mesh's work.
"""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, cast

from mien.engines import Engine, EngineInfo, EngineSettings, load_engine
from mien.engines.base import DEFAULT_FRAMING
from mien.engines.settings import settings_of
from mien.errors import MienWarning, OptionError
from mien.face import crop_around, cut, in_crop, paste
from mien.types import (
    DriverPixels,
    Face,
    Framing,
    Motion,
    MotionFrame,
    MotionOptions,
    Portrait,
    Rendered,
)
from mien.weights.residents import MemoryBudget

_LARGEST = 768
"""Pixels a side of what mesh renders, of which the engine sees 512 at most."""
_LEAST_SCALE, _AROUND = 2.6, 1.1
"""How much of the picture mesh gets, in heights of the face: room for its own crop, and a little
more than the crop of the engine that follows."""


def open_engine(
    engine: str | EngineSettings = "mesh", *, budget: MemoryBudget | None = None
) -> Engine[Any]:
    """A new engine that any motion can move. Raises as :func:`mien.engines.load_engine`."""
    settings = settings_of(engine)
    loaded = load_engine(settings, budget=budget)
    if not needs_bridge(loaded.info):
        return loaded
    return cast(Engine[Any], BridgedEngine(loaded, settings))


def needs_bridge(info: EngineInfo) -> bool:
    """Whether an engine follows what it sees, and nothing else."""
    return info.channels == ("pixels",)


@dataclass(frozen=True, slots=True)
class BridgedSource:
    """One face, prepared for both engines.

    own: by the engine that is bridged. moved: by mesh, of the part of the picture that ``rest``
    shows, with the face's landmarks in it: the portrait as it is, the neutral of all that is made.
    """

    own: Any
    moved: Any
    rest: DriverPixels


class BridgedEngine:
    """An engine around one that reads pixels alone. Its settings are checked by that one's name."""

    def __init__(self, engine: Engine[Any], settings: EngineSettings) -> None:
        self._engine, self._settings = engine, settings
        self._mesh: Engine[Any] = load_engine("mesh")
        channels = (*engine.info.channels, *self._mesh.info.channels[1:])
        self.info = replace(engine.info, channels=channels)

    def prepare(
        self,
        portrait: Portrait,
        face: Face,
        *,
        framing: Framing = DEFAULT_FRAMING,
        previous: BridgedSource | None = None,
    ) -> BridgedSource:
        """Both engines prepare the face."""
        own = self._engine.prepare(portrait, face, framing=framing)
        small, landmarks = self._surroundings(portrait, face, framing)
        moved = self._mesh.prepare(small, replace(face, landmarks=landmarks, box=None))
        return BridgedSource(own, moved, DriverPixels(small.pixels, landmarks))

    def warmup(self, source: BridgedSource) -> None:
        """As the engine does."""
        self._engine.warmup(source.own)

    def animate(
        self, source: BridgedSource, motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        """What a film shows is followed natively; all else moves mesh's portrait first."""
        first = next(motion.frames, None)
        if first is None:
            return
        motion = replace(motion, frames=chain([first], motion.frames))
        is_seen = motion.reference.pixels is not None or first.pixels is not None
        if is_seen and self._follows(options):
            yield from self._engine.animate(source.own, motion, options)
        else:
            own_options = MotionOptions(seed=options.seed)
            yield from self._engine.animate(
                source.own, self._shown(source, motion, options), own_options
            )

    def animate_film(
        self, sources: Iterator[BridgedSource], motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        """As the engine does; mesh has no part in it."""
        return self._engine.animate_film((each.own for each in sources), motion, options)

    def reset(self) -> None:
        """Forget what was carried from frame to frame."""
        self._engine.reset()

    def close(self) -> None:
        """Give the memory of both back."""
        self._engine.close()
        self._mesh.close()

    def _surroundings(
        self, portrait: Portrait, face: Face, framing: Framing
    ) -> tuple[Portrait, Any]:
        """The part of the picture that mesh moves, opaque, and the landmarks (478, 3) in it."""
        info, (height, width) = self._engine.info, portrait.pixels.shape[:2]
        scale, x, y = framing.usual(info.crop_scale, info.crop_y)
        crop = crop_around(
            face.landmarks,
            (width, height),
            scale=max(_LEAST_SCALE, _AROUND * scale),
            shift=(x, y),
            max_side=_LARGEST,
        )
        landmarks = in_crop(face.landmarks, crop)
        return Portrait(cut(portrait.pixels, crop), name=portrait.name), landmarks

    def _follows(self, options: MotionOptions) -> bool:
        """Whether the engine itself can do what is asked for; a MienWarning if it cannot."""
        try:
            type(self._engine).check(self._settings, options)
        except OptionError as error:
            instead = f"so mesh follows the film, and {self._settings.name} follows mesh"
            warnings.warn(f"{error}; {instead}", MienWarning, 2)
            return False
        return True

    def _shown(self, source: BridgedSource, motion: Motion, options: MotionOptions) -> Motion:
        """The motion as mesh's portrait shows it."""
        reference = replace(motion.reference, pixels=source.rest)
        return replace(motion, reference=reference, frames=self._seen(source, motion, options))

    def _seen(
        self, source: BridgedSource, motion: Motion, options: MotionOptions
    ) -> Iterator[MotionFrame]:
        waiting: deque[MotionFrame] = deque()

        def given() -> Iterator[MotionFrame]:
            for frame in motion.frames:
                waiting.append(frame)
                yield frame

        moved = replace(motion, frames=given())
        for rendered in self._mesh.animate(source.moved, moved, options):
            picture = paste(source.rest.image, rendered)
            yield replace(waiting.popleft(), pixels=replace(source.rest, image=picture))
