"""``mien animate --emotions``, from the command to the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from e2e.ending import Ending
from mien.media import open_video

pytestmark = pytest.mark.e2e

Run = Callable[..., Ending]

STORY = "0:neutral 0.2:surprised:1:0.4"
JSON = """{"keyframes": [
    {"time": 0, "expression": "neutral"},
    {"time": 0.2, "expression": "surprised", "intensity": 1, "transition": 0.4}
]}"""
SMALL = ("--size", 96, "--fps", 10)


def frames(path: str) -> np.ndarray:
    with open_video(path) as video:
        return np.array([frame.pixels.astype(int) for frame in video])


def test_a_story_is_played_to_its_end_and_a_while_longer(run: Run, portrait: Path) -> None:
    done = run("animate", portrait, "--emotions", STORY, *SMALL, "-o", "a.mp4", "--json")
    assert json.loads(done.out)["frames"] == 21
    played = frames("a.mp4")
    change = np.abs(played - played[0]).mean(axis=(1, 2, 3))
    assert change[8:].min() > 2 * change[:3].max()


def test_the_same_story_from_a_file_gives_the_same_frames(run: Run, portrait: Path) -> None:
    Path("story.json").write_text(JSON)
    for name, story in (("a.mp4", STORY), ("b.mp4", "story.json")):
        run("animate", portrait, "--emotions", story, *SMALL, "--seed", 5, "-o", name)
    assert (frames("a.mp4") == frames("b.mp4")).all()


def test_the_idle_motion_beneath_a_story_can_be_chosen(run: Run, portrait: Path) -> None:
    story = ("animate", portrait, "--emotions", "0:calm", *SMALL, "--duration", 0.5)
    run(*story, "-d", "idle:nod", "-o", "nod.mp4")
    run(*story, "-o", "natural.mp4")
    assert len(frames("nod.mp4")) == 5
    assert (frames("nod.mp4") != frames("natural.mp4")).any()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--emotions", "0:hapy"], "'hapy': there is none of that name; there are neutral, happy"),
        (["--emotions", ""], "--emotions: is empty"),
        (["--emotions", "2:sad 1:calm"], "--emotions: keyframe 2 at 1 s does not come after"),
        (["--emotions", "0:sad:2"], "--emotions: keyframe 1: intensity 2 is not between 0 and 1"),
        (["--emotions", "0:a 1:b::2.5 2:c 3:d"], "keyframe 2 still runs when keyframe 4 begins"),
        (["--emotions", "nothing.json"], "nothing.json: is not a file that exists"),
        (["--emotions", "0:sad", "-d", "clip.mp4"], "--emotions: go with --driving idle:NAME"),
        (["--emotions", "0:sad", "-d", "idle:sleep"], "idle:sleep is none of idle:blink"),
        ([], "--driving: is needed"),
    ],
)
def test_a_bad_story_is_one_line_and_leaves_nothing(
    run: Run, portrait: Path, tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    done = run("animate", portrait, *arguments)
    assert (done.code, done.out) == (2, "")
    assert complaint in done.err
    assert done.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
