"""The shipped networks are those that the conversion tool makes."""

from __future__ import annotations

import hashlib
import os
import runpy
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from mien.face.models import open_model

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]
RECIPES = runpy.run_path(str(ROOT / "tools" / "face_models" / "recipes.py"))["RECIPES"]
FOLDER = files("mien.face.models")


def test_there_is_a_recipe_for_each_shipped_network():
    shipped = {path.name for path in FOLDER.iterdir() if path.name.endswith(".onnx")}
    assert shipped == {f"{recipe.name}.onnx" for recipe in RECIPES}


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_shipped_network_has_the_recorded_hash(recipe):
    content = (FOLDER / f"{recipe.name}.onnx").read_bytes()
    assert hashlib.sha256(content).hexdigest() == recipe.sha256


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_shipped_network_takes_rgb_bytes(recipe):
    (image,) = open_model(recipe.name).get_inputs()
    assert (image.name, image.type, image.shape[-1]) == ("image", "tensor(uint8)", 3)


def test_the_notice_says_where_each_network_comes_from():
    notice = (ROOT / "NOTICE").read_text()
    for recipe in RECIPES:
        assert f"{recipe.name}.onnx" in notice
        assert recipe.member.rsplit("/", maxsplit=1)[-1] in notice


def test_nothing_is_kept_for_the_runtimes_maker(tmp_path):
    home = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    home.pop("ORT_DISABLE_TELEMETRY", None)
    code = f"import mien.face.models as m; m.open_model({RECIPES[0].name!r})"
    done = subprocess.run(
        [sys.executable, "-c", code], env=home, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []
