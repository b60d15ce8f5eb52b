"""Inputs and the command line, for tests of the whole program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import pytest

from e2e.ending import Ending
from fakes.clips import astronaut, moving_face, write_clip
from mien.cli import main


@pytest.fixture(scope="session")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The face of the built-in portrait, 192 x 192."""
    path = tmp_path_factory.mktemp("portrait") / "me.png"
    cv2.imwrite(str(path), cv2.cvtColor(astronaut()[10:202, 128:320], cv2.COLOR_RGB2BGR))
    return path


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A driver of 30 frames at 25 per second, 256 x 256, with sound."""
    path = tmp_path_factory.mktemp("driver") / "clip.mp4"
    return write_clip(path, moving_face(30), sound_s=1.2)


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ending]:
    """Runs ``mien`` with these arguments, in ``tmp_path``."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: object) -> Ending:
        with pytest.raises(SystemExit) as leaving:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Ending(int(leaving.value.code or 0), printed.out, printed.err)

    return command
