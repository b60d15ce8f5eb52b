"""What the documents say can be typed, can be typed."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import pytest

from fakes.clips import astronaut, moving_face, write_clip
from fakes.sounds import hello, write_sound

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "docs/live-speech.md",
        "docs/python.md",
        "docs/sequences.md",
        "docs/talking.md",
    ],
)
def test_the_python_on_a_page_runs(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    cv2.imwrite("me.jpg", cv2.cvtColor(astronaut(), cv2.COLOR_RGB2BGR))
    write_clip(Path("clip.mp4"), moving_face(4))
    write_sound(Path("speech.wav"), *hello(0.4))
    names: dict[str, object] = {}
    programs = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    for program in programs:
        Path("out.mp4").unlink(missing_ok=True)
        exec(program, names)
    assert programs
    assert Path("out.mp4").exists() or len(programs) > 1


def test_every_link_between_the_pages_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    assert len(pages) >= 8
    for page in pages:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"
