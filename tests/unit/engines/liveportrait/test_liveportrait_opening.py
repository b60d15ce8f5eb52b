from __future__ import annotations

from pathlib import Path

import pytest

from fakes.liveportrait_onnx import write_onnx_files
from mien.engines.liveportrait.opening import open_networks
from mien.engines.settings import EngineSettings
from mien.errors import WeightsError

pytestmark = pytest.mark.unit


def test_a_page_in_the_place_of_an_onnx_file_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "liveportrait_onnx"
    folder.mkdir()
    motion = write_onnx_files(folder)["motion"]
    settings = EngineSettings("liveportrait", runtime="onnx", device="cpu", models_dir=tmp_path)
    open_networks(settings).close()
    motion.write_text("<html>Sign in</html>")
    with pytest.raises(WeightsError, match=r"motion_extractor\.onnx: is a page of a web site"):
        open_networks(settings)
