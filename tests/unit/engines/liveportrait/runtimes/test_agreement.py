"""How far a faster runtime is from the exact one, and what comes of it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fakes.plain_runtime import PlainRuntime
from mien.engines.liveportrait.runtimes import agreement
from mien.engines.liveportrait.runtimes.agreement import Agreement
from mien.engines.liveportrait.runtimes.opening import first_that_agrees
from mien.engines.liveportrait.runtimes.plan import EXACT, Plan
from mien.errors import MienWarning

pytestmark = pytest.mark.unit

FAST, BALANCED = Plan("bf16", "bf16"), Plan("fp32", "bf16")


class OffRuntime(PlainRuntime):
    """Renders everything lighter by some levels of 255."""

    def __init__(self, levels):
        super().__init__()
        self.levels = levels

    def render(self, prepared, driving):
        return super().render(prepared, driving) + self.levels / 255


class Maker:
    """Makes runtimes that are off by so many levels for each plan, and notes what was made."""

    def __init__(self, **levels):
        self.levels = {FAST: levels["fast"], BALANCED: levels["balanced"], EXACT: 0}
        self.made = []

    def __call__(self, plan):
        self.made.append(plan)
        return OffRuntime(self.levels[plan])


def test_the_same_pictures_agree_and_one_level_off_is_one_level_off():
    picture = np.full((1, 4, 4, 3), 0.5, np.float32)
    assert agreement.difference(picture, picture).good
    found = agreement.difference(picture, picture + 1 / 255)
    assert found.mean_levels == pytest.approx(1, rel=1e-4)
    assert found.psnr_db == pytest.approx(48.13, abs=0.01)


def test_a_picture_that_is_not_finite_does_not_agree():
    picture = np.zeros((1, 4, 4, 3), np.float32)
    assert not agreement.difference(picture, picture * np.nan).good


def test_the_face_it_is_tried_on_is_256_pixels_wide():
    face = agreement.built_in_face()
    assert face.shape == (256, 256, 3)
    assert face.dtype == np.uint8


def test_the_fastest_that_agrees_is_taken():
    runtime = first_that_agrees([FAST, BALANCED, EXACT], Maker(fast=1, balanced=1), None)
    assert runtime.levels == 1


def test_the_next_is_tried_where_the_fastest_is_too_far_off():
    make = Maker(fast=9, balanced=1.5)
    runtime = first_that_agrees([FAST, BALANCED, EXACT], make, None)
    assert runtime.levels == 1.5
    assert make.made == [EXACT, FAST, BALANCED]


def test_where_none_agrees_it_is_exact_with_one_warning():
    with pytest.warns(MienWarning, match="rendering in fp32") as warned:
        runtime = first_that_agrees([FAST, BALANCED, EXACT], Maker(fast=9, balanced=9), None)
    assert runtime.levels == 0
    assert len(warned) == 1


def test_what_was_found_is_not_tried_again(tmp_path):
    first_that_agrees([FAST, BALANCED, EXACT], Maker(fast=9, balanced=1), tmp_path)
    make = Maker(fast=9, balanced=1)
    first_that_agrees([FAST, BALANCED, EXACT], make, tmp_path)
    assert make.made == [BALANCED]


def test_what_is_the_only_plan_is_not_tried():
    make = Maker(fast=9, balanced=9)
    first_that_agrees([FAST], make, None)
    assert make.made == [FAST]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"psnr_db": "x", "mean_levels": 1}', "[" * 9999])
def test_a_damaged_memory_is_no_memory(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    assert agreement.remembered(tmp_path / "a.json") is None


def test_what_is_remembered_is_read_back(tmp_path):
    agreement.remember(Agreement(41.5, 1.25), tmp_path / "new" / "a.json")
    assert agreement.remembered(tmp_path / "new" / "a.json") == Agreement(41.5, 1.25)
    assert len(list((tmp_path / "new").iterdir())) == 1


def test_not_a_number_is_no_memory(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"psnr_db": float("nan"), "mean_levels": 0}))
    assert agreement.remembered(tmp_path / "a.json") is None
