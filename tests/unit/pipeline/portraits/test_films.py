from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest

from fakes.still_engine import StillEngine, StillSource
from mien.drivers import drive_with_moments
from mien.engines.base import DEFAULT_FRAMING
from mien.motion.moment import REST
from mien.pipeline.portraits.film_source import Opening, SeenPicture
from mien.pipeline.portraits.films import FilmScene
from mien.pipeline.portraits.scene import Shot
from mien.pipeline.stopwatch import Stopwatch
from mien.types import Face, Motion, MotionOptions, Portrait, Rendered

pytestmark = pytest.mark.unit

RATE = Fraction(25)
CORNERS = np.zeros((478, 3), np.float32)
CORNERS[1] = CORNERS[263] = (20, 20, 0)
CORNERS[33] = (4, 8, 0)


class LateEngine(StillEngine):
    """Holds two frames back, as engines that work in chunks do."""

    def animate_film(
        self, sources: Iterator[StillSource], motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        waiting: deque[Rendered] = deque()
        for rendered in super().animate_film(sources, motion, options):
            waiting.append(rendered)
            if len(waiting) > 2:
                yield waiting.popleft()
        yield from waiting


def picture(level: int, *, x: int | None = 5, shot: int = 0) -> SeenPicture:
    face = None if x is None else Face(CORNERS + np.float32([x, 5, 0]), 1.0)
    return SeenPicture(Portrait(np.full((48, 64, 3), level, np.uint8)), face, shot)


def shots(engine: StillEngine, pictures: list[SeenPicture], num_moments: int) -> list[Shot]:
    first = picture(0)
    assert first.face is not None
    scene = FilmScene(
        iter(pictures), Opening(first.portrait, first.face, 1), engine, DEFAULT_FRAMING
    )
    motion = drive_with_moments(lambda _: REST, fps=RATE, num_frames=num_moments)
    return list(scene.shots(motion, MotionOptions(), Stopwatch()))


@pytest.mark.parametrize("engine", [StillEngine(), LateEngine()])
def test_every_picture_gets_its_own_face_however_late_the_engine_is(engine: StillEngine) -> None:
    film = [picture(0, x=None), *(picture(10 * k) for k in range(1, 5)), picture(90, x=None)]
    made = shots(engine, [*film, picture(60)], 9)
    assert [s.moment.pts for s in made] == list(range(7))
    assert [s.face_lost for s in made] == [True, False, False, False, False, True, False]
    for shot in made:
        (face,) = shot.faces
        added = 0 if shot.face_lost else 2 * shot.moment.pts
        assert (face.pixels == shot.picture[0, 0, 0] + added).all()
        assert face.pts == shot.moment.pts


def test_the_motion_may_end_first() -> None:
    assert len(shots(StillEngine(), [picture(k) for k in range(9)], 4)) == 4


def test_a_lost_face_shows_its_latest_place_unmoved() -> None:
    made = shots(StillEngine(), [picture(10, x=20), picture(70, x=None)], 2)
    (seen,), (lost,) = made[0].faces, made[1].faces
    np.testing.assert_allclose(lost.to_picture, seen.to_picture)
    assert lost.pixels.shape == seen.pixels.shape
    assert (lost.pixels == 70).all()
    assert lost.alpha.max() == 0


def test_another_shot_is_studied_anew() -> None:
    class Studying(StillEngine):
        studied = 0

        def prepare(self, *args: object, **kwargs: object) -> StillSource:
            self.studied += kwargs.get("previous") is None
            return super().prepare(*args, **kwargs)  # type: ignore[arg-type]

    engine = Studying()
    shots(engine, [picture(1), picture(2), picture(3, x=30, shot=1), picture(4, x=30, shot=1)], 4)
    assert engine.studied == 2
