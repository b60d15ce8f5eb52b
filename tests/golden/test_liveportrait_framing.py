"""Crops, openings, boxes and the way back against what LivePortrait's own code computed."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from fakes import liveportrait_goldens as goldens
from mien.engines.liveportrait.framing import (
    FaceBox,
    Placement,
    face_box,
    frame_source,
    limit_picture,
    limited_size,
    paste_mask,
    place,
    ratios_of,
)
from mien.face import paste
from mien.types import Floats, Image, Mask, Rendered

pytestmark = pytest.mark.golden

INDEX: dict[str, Any] = goldens.index("geometry_index.json").get("cases", {})
CROPS = INDEX.get("crops", {}).get("list", [])
PIXELS = 2e-3
"""Tolerance of matrices and places: spec of the goldens."""
LEVEL = 1.0
"""Another order of the same additions can tip a pixel over."""


@pytest.fixture(scope="module")
def stored() -> goldens.Arrays:
    if not INDEX:
        pytest.skip("no geometry among these cases")
    return goldens.arrays("geometry.npz")


@pytest.fixture(scope="module")
def picture() -> Image:
    return squares(INDEX["crops"]["img"])


def squares(recipe: str) -> Image:
    """The picture that `synth_img(seed,height,width)` stands for: coloured squares of 16 pixels."""
    found = re.search(r"synth_img\((\d+),(\d+),(\d+)\)", recipe)
    assert found, recipe
    seed, height, width = map(int, found.groups())
    rng = np.random.Generator(np.random.PCG64(seed))
    tiles = rng.integers(0, 256, (height // 16 + 1, width // 16 + 1, 3))
    return np.kron(tiles, np.ones((16, 16, 1)))[:height, :width].astype(np.uint8)


def assert_placed(placement: Placement, stored: goldens.Arrays, name: str) -> None:
    for matrix, kind in ((placement.to_crop, "M_o2c"), (placement.to_picture, "M_c2o")):
        np.testing.assert_allclose(matrix, stored[f"{name}_{kind}"][:2], rtol=0, atol=PIXELS)


def moved(points: Floats, transform: Floats) -> Floats:
    return points @ transform[:, :2].T + transform[:, 2]


@pytest.mark.parametrize("case", CROPS, ids=lambda case: case["name"])
def test_a_crop_lies_where_upstream_puts_it(stored, picture, case):
    name, points = case["name"], stored[f"{case['name']}_pts"]
    placement = frame_source(
        points,
        case["dsize"],
        scale=case["scale"],
        y=case["vy_ratio"],
        rotate=case.get("flag_do_rot", True),
    )
    assert_placed(placement, stored, name)
    inside = moved(points, placement.to_crop)
    np.testing.assert_allclose(inside, stored[f"{name}_pt_crop"], rtol=0, atol=PIXELS)
    goldens.assert_as_stored(placement.cut(picture), stored, f"{name}_img", atol=LEVEL)


@pytest.mark.parametrize("case", CROPS, ids=lambda case: case["name"])
def test_the_box_around_a_face_is_upstreams(stored, case):
    scale, y = (
        float(re.search(rf"{word}=(-?[\d.]+)", INDEX["crops"]["bbox"]).group(1))
        for word in ("scale", "vy_ratio")
    )
    name = case["name"]
    box = face_box(stored[f"{name}_pts"], scale=scale, y=y)
    assert box.angle == pytest.approx(float(stored[f"{name}_bb_angle"]), abs=1e-6)
    for actual, kind in (
        (box.center, "center"),
        ((box.side, box.side), "size"),
        (box.upright, "bbox"),
        (box.turned, "bbox_rot"),
    ):
        np.testing.assert_allclose(actual, stored[f"{name}_bb_{kind}"], rtol=0, atol=PIXELS)


def test_a_fixed_box_is_cropped_as_upstream_crops_it(stored, picture):
    if "bboxcrop_M_o2c" not in stored:
        pytest.skip("no such case")
    size, zoom = int(stored["bboxcrop_img__shape"][0]), stored["bboxcrop_M_o2c"][0, 0]
    center = (size / 2 - stored["bboxcrop_M_o2c"][:2, 2].astype(np.float64)) / zoom
    placement = place(FaceBox(center, float(size / zoom), 0.3), size, rotate=False)
    assert_placed(placement, stored, "bboxcrop")
    inside = moved(stored["bboxcrop_pts"], placement.to_crop)
    np.testing.assert_allclose(inside, stored["bboxcrop_lmk_crop"], rtol=0, atol=PIXELS)
    goldens.assert_as_stored(placement.cut(picture), stored, "bboxcrop_img", atol=LEVEL)


def test_openings_are_upstreams(stored):
    wanted = np.column_stack([stored["ratio_eye"], stored["ratio_lip"]])
    actual = np.array([ratios_of(points) for points in stored["ratio_lmk"]])
    np.testing.assert_allclose(actual, wanted, rtol=0, atol=2e-6)


@pytest.mark.parametrize("case", INDEX.get("resize_to_limit", []), ids=str)
def test_a_picture_is_limited_to_upstreams_size(case):
    (height, width), bounds = case["hw"], {"max_side": case["max_dim"]}
    bounds["division"] = case["division"]
    assert limited_size((width, height), **bounds) == tuple(case["out"][::-1])
    limited = limit_picture(np.zeros((height, width, 3), np.uint8), **bounds)
    assert limited.shape[:2] == tuple(case["out"])


PASTES = ("synthmask", "templatemask") if "paste" in INDEX else ()


def mask_of(name: str) -> Mask:
    """The two masks that the index speaks of."""
    if name == "templatemask":
        return paste_mask()
    y, x = np.mgrid[:512, :512]
    return (255 * np.clip(1.5 - np.hypot(x - 255.5, y - 255.5) / 200, 0, 1)).astype(np.uint8)


def pasted(picture: Image, crop: Image, name: str, stored: goldens.Arrays) -> Image:
    back = frame_source(stored[f"paste_{name}_pts"]).to_picture
    np.testing.assert_allclose(back, stored[f"paste_{name}_M_c2o"][:2], rtol=0, atol=PIXELS)
    return paste(picture, Rendered(crop, mask_of(name), back, 0, Fraction(1, 25)))


@pytest.mark.parametrize("name", PASTES)
def test_a_pasted_crop_looks_as_upstreams(stored, picture, name):
    """Within two levels: Mien rounds where upstream cuts off."""
    result = pasted(picture, squares(INDEX["paste"]["gen"]), name, stored)
    goldens.assert_as_stored(result, stored, f"paste_{name}_out", atol=2)
