from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mien.drivers.joyvasa import JoyVasaSettings
from mien.errors import OptionError

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("chosen", "option"),
    [
        ({"device": "gpu"}, "--device"),
        ({"device": 1}, "--device"),
        ({"precision": "int8"}, "--precision"),
        ({"models_dir": ""}, "--models-dir"),
        ({"models_dir": 3}, "--models-dir"),
        ({"species": "plants"}, "--species"),
        ({"guidance": 10.5}, "--guidance"),
        ({"guidance": float("nan")}, "--guidance"),
        ({"guidance": "2"}, "--guidance"),
        ({"steps": 0}, "--joyvasa-steps"),
        ({"steps": 51}, "--joyvasa-steps"),
        ({"steps": 2.5}, "--joyvasa-steps"),
        ({"head_motion": -0.1}, "--head-motion"),
        ({"head_motion": 2.1}, "--head-motion"),
        ({"expression_motion": float("inf")}, "--expression-motion"),
        ({"pose_smoothing": "much"}, "--pose-smoothing"),
        ({"lead_in": 1}, "lead_in"),
        ({"positions": "all"}, "positions"),
    ],
)
def test_what_cannot_be_is_refused_by_its_option(chosen: dict[str, Any], option: str) -> None:
    with pytest.raises(OptionError) as refused:
        JoyVasaSettings(**chosen)
    assert refused.value.option == option


def test_a_folder_may_be_given_as_text() -> None:
    assert JoyVasaSettings(models_dir="models").models_dir == Path("models")


def test_nothing_heavy_is_imported_before_a_model_is_loaded() -> None:
    code = (
        "import sys, mien.drivers.joyvasa as j; j.JoyVasaSettings()\n"
        "import mien.drivers.joyvasa.loading, mien.drivers.joyvasa.trial\n"
        "sys.exit(sum(name in sys.modules for name in ('torch', 'transformers')))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
