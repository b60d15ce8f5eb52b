"""What the documents say can be typed, can be typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest

from fakes.clips import astronaut, moving_face, write_clip
from fakes.running_server import running_server
from fakes.sounds import hello, write_sound
from mien.motion.expressions import load_expressions
from mien.motion.expressions.writing import expression_text

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]


PAGES = {
    str(page.relative_to(ROOT)): re.findall(
        r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL
    )
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
}
"""The programs on each page, by its path."""
SERVICE = "http://127.0.0.1:8001"
"""Where pages say that `mien serve` listens."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_server(tmp_path_factory.mktemp("service"), live=True) as server:
        yield server.url


@pytest.mark.parametrize("page", sorted(page for page, programs in PAGES.items() if programs))
def test_the_python_on_a_page_runs(
    page: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.chdir(tmp_path)
    cv2.imwrite("me.jpg", cv2.cvtColor(astronaut(), cv2.COLOR_RGB2BGR))
    write_clip(Path("clip.mp4"), moving_face(4))
    write_sound(Path("speech.wav"), *hello(0.4))
    Path("team.toml").write_text(expression_text(load_expressions()["happy"], name="smirk"))
    names: dict[str, object] = {}
    programs = PAGES[page]
    if any(SERVICE in program for program in programs):
        url = request.getfixturevalue("service")
        programs = [program.replace(SERVICE, url) for program in programs]
    for program in programs:
        Path("out.mp4").unlink(missing_ok=True)
        exec(program, names)
        assert Path("out.mp4").exists() or "out.mp4" not in program


def test_every_link_between_the_pages_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    assert len(pages) >= 8
    for page in pages:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"
