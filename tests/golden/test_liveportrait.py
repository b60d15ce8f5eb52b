"""LivePortrait's networks, motion, crops and sliders against what its own code computed.

The cases are found by the indices of their folder, which ``$MIEN_GOLDEN_DIR`` can replace.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from fakes.liveportrait_framing_cases import mask_of, moved, squares
from fakes.liveportrait_goldens import Arrays, arrays, assert_as_stored, configuration, index
from fakes.liveportrait_motion_cases import (
    correctors,
    driven,
    options_of,
    readings_of,
    sources_of,
    without_defects,
)
from fakes.liveportrait_network_cases import MANIFEST, NETWORKS, Case, solver
from mien.engines.liveportrait.algebra import (
    NEUTRAL,
    degrees_from_bins,
    rotation_from_degrees,
    source_motion,
)
from mien.engines.liveportrait.algebra.film_lips import opened_lips, silent_lips
from mien.engines.liveportrait.algebra.hull import motion_gain
from mien.engines.liveportrait.algebra.sliders import EditorState, edited
from mien.engines.liveportrait.framing import (
    FaceBox,
    Placement,
    face_box,
    frame_source,
    limit_picture,
    limited_size,
    place,
    ratios_of,
)
from mien.face import paste
from mien.motion.kalman import PROCESS, smooth_series
from mien.types import Image, Rendered

pytestmark = pytest.mark.golden

TOLERANCE = 2e-6
"""Of keypoints, canvas units."""
PIXELS = 2e-3
"""Of matrices and places of crops."""
LEVEL = 1.0
"""Another order of the same additions can tip a pixel over."""
TOLERANCES = {
    "f_s": 5e-5,
    **{f"raw_{angle}": 2e-5 for angle in ("pitch", "yaw", "roll")},
    **{f"refined_{angle}": 2e-4 for angle in ("pitch", "yaw", "roll")},
    **{f"{way}_{part}": 5e-6 for way in ("raw", "refined") for part in ("t", "exp", "scale", "kp")},
    # of angles that may be off by 2e-4 degrees, 3.5e-6 radians, each
    **dict.fromkeys(("R", "x_s", "x_d", "x_stitched"), 1e-05),
    **dict.fromkeys(("delta", "lip_delta", "eye_delta"), 2e-06),
    **dict.fromkeys(("out", "occlusion_map", "occlusion_plain", "mask"), 5e-05),
    **dict.fromkeys(("deformation", "deformation_plain"), 2e-05),
    **dict.fromkeys(("image", "image_plain", "image_stitched", "image_retarget"), 5e-05),
}
LEVELS_TIPPED = 0.01
"""Share of pixels that lie so close below a level that rounding decides."""

EXTRA = ("MIEN_GOLDEN_DIR", "MIEN_SHARED_DIR")
PAINTED_AGAIN = ("image_plain", "image_retarget")
"""By the networks that paint ``image_stitched``, too, of keypoints that are compared in any case.
They take half a minute: whoever sets one of EXTRA has time for them."""
NETS = index("net_index.json")
MOTIONS = index("motion_index.json").get("cases", [])
GEOMETRY = index("geometry_index.json").get("cases", {})
EDITS = index("sliders_index.json")
FILM_LIPS = index("video_retarget_index.json")
PARAMETERS = {
    "mov_x": "movement x",
    "mov_y": "movement y",
    "lip_variation_zero": "pouting",
    "lip_variation_one": "pursing",
    "lip_variation_two": "grin",
    "lip_variation_three": "lip close-open",
    "smile": "smile",
    "wink": "wink",
    "eyebrow": "eyebrow",
    "eyeball_direction_x": "eyeball x",
    "eyeball_direction_y": "eyeball y",
}
"""LivePortrait's name of a slider -> ours."""
FILTERS = [name for name, case in GEOMETRY.items() if "observation_variance" in case]
CROPS = GEOMETRY.get("crops", {}).get("list", [])
PASTES = ("synthmask", "templatemask") if "paste" in GEOMETRY else ()


@pytest.fixture(scope="module")
def geometry() -> Arrays:
    if not GEOMETRY:
        pytest.skip("no geometry among these cases")
    return arrays("geometry.npz")


@pytest.fixture(scope="module")
def picture() -> Image:
    return squares(GEOMETRY["crops"]["img"])


@pytest.mark.parametrize("name", MANIFEST)
def test_a_network_has_the_keys_and_shapes_of_the_official_file(name: str) -> None:
    with torch.device("meta"):
        state = NETWORKS[name]().state_dict()
    plain = [e for e in MANIFEST[name] if not e["key"].endswith(("weight_u", "weight_v"))]
    assert {key: (list(t.shape), f"{t.dtype}") for key, t in state.items()} == {
        entry["key"].replace("weight_orig", "weight"): (entry["shape"], f"torch.{entry['dtype']}")
        for entry in plain
    }


@pytest.mark.parametrize("name", NETS.get("cases", {}))
@torch.inference_mode()
def test_a_case_gives_what_upstream_computed(name: str) -> None:
    case = {**NETS, **NETS["cases"][name]}
    if not any(map(os.environ.get, EXTRA)):
        wanted = case["outputs"].items()
        case["outputs"] = {output: each for output, each in wanted if output not in PAINTED_AGAIN}
    stored = arrays(f"net_{name}.npz")
    solved = []
    for output, actual in solver(case)(case):
        if output in case["outputs"]:
            assert_as_computed(output, actual, stored, case["outputs"][output])
            solved.append(output)
    assert set(solved) == set(case["outputs"])


def assert_as_computed(name: str, actual: Any, stored: Arrays, figures: Case) -> None:
    actual = np.asarray(actual)
    if name.endswith("_u8"):
        assert_same_levels(actual, stored, name)
        return
    assert actual.dtype == figures["dtype"], name
    assert_as_stored(actual, stored, name, atol=TOLERANCES[name])
    extremes = [figures["min"], figures["max"]]
    np.testing.assert_allclose([actual.min(), actual.max()], extremes, 0, TOLERANCES[name])


def assert_same_levels(actual: Any, stored: Arrays, name: str) -> None:
    """A value just below a level may fall to either side."""
    assert_as_stored(actual, stored, name, atol=1.0)
    sampled = np.random.Generator(np.random.PCG64(12345)).integers(0, actual.size, 2048)
    assert np.mean(actual.ravel()[sampled] != stored[f"{name}__vals"]) < LEVELS_TIPPED
    assert abs(actual.mean() - stored[f"{name}__stats"][0]) < LEVELS_TIPPED


@pytest.mark.parametrize("case", MOTIONS, ids=lambda case: case["name"])
def test_driven_keypoints_are_liveportraits(case: dict[str, Any]) -> None:
    stored = arrays(f"motion_{case['name']}.npz")
    shown = [source.keypoints for source in sources_of(stored)]
    own = stored["x_s"]
    np.testing.assert_allclose(shown[: len(own)], own, rtol=0, atol=TOLERANCE)
    made = driven(case, stored, options_of(case))
    np.testing.assert_allclose(made, stored["x_d"], rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize(
    "case", list(filter(without_defects, MOTIONS)), ids=lambda case: case["name"]
)
def test_ours_are_the_same_where_liveportrait_has_no_defect(case: dict[str, Any]) -> None:
    stored = arrays(f"motion_{case['name']}.npz")
    made = driven(case, stored, replace(options_of(case), manner="mien"))
    np.testing.assert_allclose(made, stored["x_d"], rtol=0, atol=TOLERANCE)


def test_the_neutral_expression_is_liveportraits() -> None:
    wanted = np.reshape(configuration("lip_array.json")["values"], (21, 3))
    np.testing.assert_array_equal(wanted, NEUTRAL)


@pytest.mark.parametrize("name", FILTERS)
def test_films_are_smoothed_as_by_pykalman(name: str) -> None:
    case, stored = GEOMETRY[name], arrays("geometry.npz")
    given, wanted = stored[f"{name}_x"], stored[f"{name}_y"]
    smooth = smooth_series(
        given.reshape(wanted.shape),
        process=case.get("process_variance", PROCESS),
        observation=case["observation_variance"],
        lag=len(given),
    )
    np.testing.assert_allclose(list(smooth), wanted, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("number", range(len(EDITS.get("cases", []))))
def test_edited_keypoints_are_liveportraits(number: int) -> None:
    stored, case = arrays("sliders.npz"), dict(EDITS["cases"][number])
    state = EditorState(
        pitch=case["pitch"],
        yaw=case["yaw"],
        roll=case["roll"],
        zoom=case["mov_z"],
        sliders={name: case[theirs] for theirs, name in PARAMETERS.items()},
        # LivePortrait leaves alone what stands where the portrait, rounded, already is
        eyes_open=unless(EDITS["source_eye_ratio"], case["eye_ratio"]),
        lips_open=unless(EDITS["source_lip_ratio"], case["lip_ratio"]),
    )
    networks, ratios = correctors(EDITS["weights_seed"]), ratios_of(stored["lmk"])
    (reading,) = readings_of(stored)
    made = edited(reading, ratios, state, networks, stitching=case["stitching"])
    np.testing.assert_allclose(made, stored["x_d"][number], rtol=0, atol=TOLERANCE)


def unless(own: float, target: float) -> float | None:
    return None if target == own else target


@pytest.mark.parametrize("name", FILM_LIPS.get("cases", []))
def test_the_lips_of_a_film_are_liveportraits(name: str) -> None:
    case, stored = FILM_LIPS["cases"][name], arrays("video_retarget.npz")
    networks, sources = correctors(FILM_LIPS["weights_seed"]), sources_of(stored)
    if case["silence"]:
        made = [silent_lips(source, networks) for source in sources]
    else:
        variance = case["driving_smooth_observation_variance"]
        made = list(opened_lips(sources, case["lip_target"], networks, observation=variance))
    np.testing.assert_allclose(made, stored[name], rtol=0, atol=TOLERANCE)


def test_rotations_of_angles(geometry: Arrays) -> None:
    made = [rotation_from_degrees(*angles) for angles in geometry["euler_deg_pyr"].tolist()]
    np.testing.assert_allclose(made, geometry["euler_R"], rtol=0, atol=TOLERANCE)


def test_angles_of_logits(geometry: Arrays) -> None:
    made = degrees_from_bins(geometry["headpose_logits"])
    np.testing.assert_allclose(made, geometry["headpose_deg"].ravel(), rtol=0, atol=2e-4)


def test_keypoints_on_the_canvas(geometry: Arrays) -> None:
    made = [source_motion(reading).keypoints for reading in readings_of(geometry, "tk")]
    np.testing.assert_allclose(made, geometry["tk_out"], rtol=0, atol=TOLERANCE)


def test_how_much_larger_one_face_is(geometry: Arrays) -> None:
    source, first = geometry["mm_pts"].reshape(2, 21, 3)
    assert motion_gain(source, first) == pytest.approx(geometry["mm_val"].item(), abs=TOLERANCE)


def assert_placed(placement: Placement, geometry: Arrays, name: str) -> None:
    for matrix, kind in ((placement.to_crop, "M_o2c"), (placement.to_picture, "M_c2o")):
        np.testing.assert_allclose(matrix, geometry[f"{name}_{kind}"][:2], rtol=0, atol=PIXELS)


@pytest.mark.parametrize("case", CROPS, ids=lambda case: case["name"])
def test_a_crop_lies_where_upstream_puts_it(geometry: Arrays, picture: Image, case: Case) -> None:
    name, points = case["name"], geometry[f"{case['name']}_pts"]
    placement = frame_source(
        points,
        case["dsize"],
        scale=case["scale"],
        y=case["vy_ratio"],
        rotate=case.get("flag_do_rot", True),
    )
    assert_placed(placement, geometry, name)
    inside = moved(points, placement.to_crop)
    np.testing.assert_allclose(inside, geometry[f"{name}_pt_crop"], rtol=0, atol=PIXELS)
    assert_as_stored(placement.cut(picture), geometry, f"{name}_img", atol=LEVEL)


@pytest.mark.parametrize("case", CROPS, ids=lambda case: case["name"])
def test_the_box_around_a_face_is_upstreams(geometry: Arrays, case: Case) -> None:
    scale, y = (
        float(re.search(rf"{word}=(-?[\d.]+)", GEOMETRY["crops"]["bbox"]).group(1))
        for word in ("scale", "vy_ratio")
    )
    name = case["name"]
    box = face_box(geometry[f"{name}_pts"], scale=scale, y=y)
    assert box.angle == pytest.approx(float(geometry[f"{name}_bb_angle"]), abs=1e-6)
    for actual, kind in (
        (box.center, "center"),
        ((box.side, box.side), "size"),
        (box.upright, "bbox"),
        (box.turned, "bbox_rot"),
    ):
        np.testing.assert_allclose(actual, geometry[f"{name}_bb_{kind}"], rtol=0, atol=PIXELS)


def test_a_fixed_box_is_cropped_as_upstream_crops_it(geometry: Arrays, picture: Image) -> None:
    if "bboxcrop_M_o2c" not in geometry:
        pytest.skip("no such case")
    size, zoom = int(geometry["bboxcrop_img__shape"][0]), geometry["bboxcrop_M_o2c"][0, 0]
    center = (size / 2 - geometry["bboxcrop_M_o2c"][:2, 2].astype(np.float64)) / zoom
    placement = place(FaceBox(center, float(size / zoom), 0.3), size, rotate=False)
    assert_placed(placement, geometry, "bboxcrop")
    inside = moved(geometry["bboxcrop_pts"], placement.to_crop)
    np.testing.assert_allclose(inside, geometry["bboxcrop_lmk_crop"], rtol=0, atol=PIXELS)
    assert_as_stored(placement.cut(picture), geometry, "bboxcrop_img", atol=LEVEL)


def test_openings_are_upstreams(geometry: Arrays) -> None:
    wanted = np.column_stack([geometry["ratio_eye"], geometry["ratio_lip"]])
    actual = np.array([ratios_of(points) for points in geometry["ratio_lmk"]])
    np.testing.assert_allclose(actual, wanted, rtol=0, atol=2e-6)


@pytest.mark.parametrize("case", GEOMETRY.get("resize_to_limit", []), ids=str)
def test_a_picture_is_limited_to_upstreams_size(case: Case) -> None:
    (height, width), bounds = case["hw"], {"max_side": case["max_dim"]}
    bounds["division"] = case["division"]
    assert limited_size((width, height), **bounds) == tuple(case["out"][::-1])
    limited = limit_picture(np.zeros((height, width, 3), np.uint8), **bounds)
    assert limited.shape[:2] == tuple(case["out"])


def pasted(picture: Image, crop: Image, name: str, geometry: Arrays) -> Image:
    back = frame_source(geometry[f"paste_{name}_pts"]).to_picture
    np.testing.assert_allclose(back, geometry[f"paste_{name}_M_c2o"][:2], rtol=0, atol=PIXELS)
    return paste(picture, Rendered(crop, mask_of(name), back, 0, Fraction(1, 25)))


@pytest.mark.parametrize("name", PASTES)
def test_a_pasted_crop_looks_as_upstreams(geometry: Arrays, picture: Image, name: str) -> None:
    """Within two levels: Mien rounds where upstream cuts off."""
    result = pasted(picture, squares(GEOMETRY["paste"]["gen"]), name, geometry)
    assert_as_stored(result, geometry, f"paste_{name}_out", atol=2)
