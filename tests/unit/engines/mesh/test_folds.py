"""Folds of the skin for blendshapes."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from fakes.painted_faces import PaintedFace, painted_face
from mien.drivers.moments import canonical_reference, moment_frame
from mien.engines.mesh.engine import MeshEngine
from mien.engines.mesh.folds.activation import fold_depths
from mien.engines.mesh.folds.shading import LIMIT, FoldShading
from mien.engines.mesh.gain import Gain
from mien.engines.mesh.geometry import lay_mesh
from mien.engines.mesh.source import MeshSource
from mien.engines.mesh.warp import MAP_STEP
from mien.motion.arkit import BLENDSHAPES, shape_weights
from mien.motion.moment import Moment
from mien.types import Floats, Image, Motion, MotionOptions

pytestmark = pytest.mark.unit

SMILE = {"mouthSmile": 1.0}
REST = np.zeros(52, np.float32)
TIME_BASE = Fraction(1, 25)


def shading_of(face: PaintedFace) -> FoldShading:
    everyone = np.full(face.image.shape[:2], 255, np.uint8)
    return FoldShading(lay_mesh(face.landmarks, everyone), face.image)


@pytest.fixture(scope="module")
def painted() -> PaintedFace:
    return painted_face(side=401)


@pytest.fixture(scope="module")
def shading(painted) -> FoldShading:
    return shading_of(painted)


def fold(shading: FoldShading, shapes: dict[str, float]) -> Gain:
    gain = shading.gain(REST, shape_weights(shapes))
    assert gain is not None
    return gain


def darkest(gain: Gain, face: PaintedFace, low: tuple[float, float], high: tuple[float, float]):
    """The lowest gain in a box of the head frame (x, y), in head units."""
    corners = [np.array(p) * face.pose.scale + face.pose.translation[:2] for p in (low, high)]
    first, last = (np.rint((c - gain.origin) / gain.step).astype(int) for c in corners)
    return float(gain.values[first[1] : last[1], first[0] : last[0]].min())


def test_no_expression_changes_nothing(shading) -> None:
    assert shading.gain(REST, REST) is None


def test_an_expression_without_folds_changes_nothing(shading) -> None:
    assert shading.gain(REST, shape_weights({"eyeBlink": 1.0, "jawOpen": 1.0})) is None


@pytest.mark.parametrize("name", ["mouthSmile", "noseSneer", "browDown", "browOuterUp"])
def test_both_sides_of_a_symmetric_face_fold_alike(shading, name) -> None:
    values = fold(shading, {name: 1.0}).values
    assert np.abs(values - values[:, ::-1]).max() < 0.02


@pytest.mark.parametrize("name", ["mouthSmile", "noseSneer", "browDown", "mouthFrown"])
def test_one_side_of_the_face_folds_alone(shading, painted, name) -> None:
    values = fold(shading, {f"{name}Left": 1.0}).values
    middle = round(values.shape[1] / 2)
    strong = np.abs(values) > 0.02
    assert strong[:, middle:].sum() > 4 * strong[:, :middle].sum()


def test_no_gain_is_beyond_the_limit(shading) -> None:
    gain = shading.gain(REST, np.full(52, 3.0, np.float32))
    assert gain is not None
    assert np.abs(gain.values).max() <= LIMIT


@pytest.mark.parametrize("name", BLENDSHAPES)
def test_folds_deepen_with_every_cause(name) -> None:
    steps = [fold_depths(shape_weights({name: value})) for value in np.linspace(0, 1, 6)]
    assert (np.diff(steps, axis=0) >= 0).all()
    assert (steps[0] == 0).all()
    assert (steps[-1] <= 1).all()


def test_a_hint_of_an_expression_makes_hardly_a_fold() -> None:
    tenth, half, full = (fold_depths(shape_weights({"mouthSmile": v})).max() for v in (0.1, 0.5, 1))
    assert tenth < 0.05 * full
    assert 0.25 * full < half < 0.75 * full


@pytest.mark.parametrize(
    ("shapes", "low", "high"),
    [
        ({"mouthSmileLeft": 1.0}, (0.3, 0.75), (0.55, 1.15)),  # from nose to mouth
        ({"noseSneerRight": 1.0}, (-0.55, 0.75), (-0.25, 1.15)),
        ({"browInnerUp": 1.0}, (-0.3, -0.6), (0.3, -0.3)),  # forehead
        ({"browOuterUpLeft": 1.0}, (0.3, -0.55), (0.7, -0.25)),
        ({"browDown": 1.0}, (-0.6, -0.25), (0.6, 0.1)),  # between and below the brows
        ({"cheekSquintLeft": 1.0}, (0.35, 0.28), (0.7, 0.42)),  # below the eye
        ({"mouthFrownLeft": 1.0}, (0.38, 1.27), (0.5, 1.5)),  # below the corner of the mouth
        ({"mouthShrugLower": 1.0}, (-0.2, 1.42), (0.2, 1.55)),  # above the chin
    ],
)
def test_folds_lie_where_these_muscles_make_them(shading, painted, shapes, low, high) -> None:
    gain = fold(shading, shapes)
    there = darkest(gain, painted, low, high)
    assert there < -0.02
    assert there == gain.values.min()


def test_what_the_portrait_shows_already_is_not_drawn_again(shading) -> None:
    smile, grin = shape_weights({"mouthSmile": 0.6}), shape_weights({"mouthSmile": 0.9})
    assert shading.gain(smile, smile) is None
    assert shading.gain(grin, smile) is None
    more, all_of_it = shading.gain(smile, grin), shading.gain(REST, grin)
    assert more is not None
    assert all_of_it is not None
    assert -0.9 * all_of_it.values.min() > -more.values.min() > 0.01


def test_rough_skin_folds_more_sharply_than_smooth_skin(painted) -> None:
    rough = np.clip(
        painted.image + np.random.default_rng(0).normal(0, 25, painted.image.shape), 0, 255
    ).astype(np.uint8)
    lined = PaintedFace(rough, painted.landmarks, painted.head, painted.pose)
    smooth, lined_gain = (
        np.abs(fold(shading_of(face), {"browInnerUp": 1.0}).values).max()
        for face in (painted, lined)
    )
    assert lined_gain > 1.5 * smooth


def test_the_frames_of_a_film_fold_as_its_first_one_did(painted) -> None:
    noise = np.random.default_rng(0).normal(0, 25, painted.image.shape)
    rough = np.clip(painted.image + noise, 0, 255).astype(np.uint8)
    everyone = np.full(painted.image.shape[:2], 255, np.uint8)
    film, lines = shading_of(painted), {"browInnerUp": 1.0}
    first = np.abs(fold(film, lines).values).max()
    following = film.in_next(lay_mesh(painted.landmarks, everyone), rough)
    assert np.abs(fold(following, lines).values).max() == pytest.approx(first, rel=0.1)


def test_a_face_at_the_edge_of_the_crop_or_beyond_does_no_harm(painted) -> None:
    everyone = np.full(painted.image.shape[:2], 255, np.uint8)
    for shift in ((-150.0, 0.0, 0.0), (390.0, 390.0, 0.0), (900.0, 0.0, 0.0)):
        shading = FoldShading(lay_mesh(painted.landmarks + shift, everyone), painted.image)
        gain = shading.gain(REST, shape_weights(SMILE))
        assert gain is None or np.isfinite(gain.values).all()


def test_there_are_no_folds_on_hair(painted) -> None:
    fringe = painted.image.copy()
    hairline = round(painted.pose.translation[1] - 0.25 * painted.pose.scale)
    fringe[:hairline] = (70, 45, 30)
    haired = PaintedFace(fringe, painted.landmarks, painted.head, painted.pose)
    forehead = (-0.4, -0.6), (0.4, -0.35)
    gain = fold(shading_of(haired), {"browInnerUp": 1.0, "browDown": 1.0})
    assert darkest(gain, painted, *forehead) > -0.01


def test_shade_is_coloured_like_skin_and_grey_on_a_grey_picture(painted) -> None:
    tint = fold(shading_of(painted), SMILE).tint
    grey = painted_face(side=401, skin=(150, 150, 150), lips=(90, 90, 90), inside=(40, 40, 40))
    assert tint is not None
    assert tint[0] < 1 < tint[2]
    assert np.allclose(fold(shading_of(grey), SMILE).tint, 1.0)


def test_a_gain_is_put_where_the_face_has_gone() -> None:
    picture = np.full((64, 96, 3), 100, np.uint8)
    values = np.zeros((32, 48), np.float32)
    values[10, 20] = np.log(1.2)
    rows, columns = np.mgrid[:16, :24].astype(np.float32) * MAP_STEP + 1.5
    moved = np.stack([columns - 8, rows])  # the picture has gone 8 pixels to the right
    gain = Gain(values, 2, (4, 0), 192, np.ones(3))
    gain.apply(picture, moved, np.array([(0.0, 0.0), (95.0, 63.0)] * 300))
    row, column = np.unravel_index(picture[..., 0].argmax(), picture.shape[:2])
    assert (row // 2, column // 2) == (10, 20 + (4 + 8) // 2)
    assert picture[0, 0].tolist() == [100, 100, 100]
    assert picture.max() > 110


def still(source: MeshSource, moment: Moment, options: MotionOptions) -> Image:
    frame = moment_frame(moment, pts=0, time_base=TIME_BASE)
    motion = Motion(canonical_reference(TIME_BASE), iter([frame]), 1 / TIME_BASE, 1)
    return next(MeshEngine().animate(source, motion, options)).pixels


def forehead(source: MeshSource, picture: Image) -> Floats:
    x, y = source.mesh.landmarks[9, :2].astype(int)
    return picture[y - 8 : y + 8, x - 10 : x + 10].astype(float)


def test_an_expression_shades_the_rendered_face(source) -> None:
    """Seen between the brows of a portrait, where nothing but the fold makes a shade."""
    weights = shape_weights({"browDown": 1.0})
    whole = still(source, Moment(weights), MotionOptions())
    part = still(source, Moment(weights), MotionOptions(region="lip"))
    assert forehead(source, whole).min() < forehead(source, part).min() - 3
