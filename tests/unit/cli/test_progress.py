from __future__ import annotations

import pytest

from mien.cli.progress import progress_shown
from mien.types import Progress

pytestmark = pytest.mark.unit


def test_nothing_is_shown_when_quiet() -> None:
    with progress_shown(quiet=True) as progress:
        assert progress is None


def test_short_work_prints_nothing_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress_shown(quiet=False) as progress:
        assert progress is not None
        progress(Progress(1, 10))
        progress(Progress(2, None))
    assert capsys.readouterr().err == ""
