from __future__ import annotations

from pathlib import Path

import pytest

from mien.errors import OptionError
from mien.service.app import create_app
from mien.service.settings import ServiceSettings

pytestmark = pytest.mark.unit


def test_a_folder_of_weights_is_no_fault_where_the_usual_engine_has_none(tmp_path: Path) -> None:
    settings = ServiceSettings(data_dir=str(tmp_path), models_dir=str(tmp_path), run_in="inline")
    assert create_app(settings).state.service.engine.models_dir is None


def test_a_device_that_the_usual_engine_does_not_have_is_told_at_the_start(tmp_path: Path) -> None:
    settings = ServiceSettings(data_dir=str(tmp_path), device="cuda", run_in="inline")
    with pytest.raises(OptionError, match="--device: cuda: engine mesh has only cpu"):
        create_app(settings)
