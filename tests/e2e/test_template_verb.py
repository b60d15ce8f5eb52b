"""``mien template``, and templates as drivers."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from e2e.ending import Ending
from fakes.templates import liveportrait, old_pickle

pytestmark = pytest.mark.e2e

Run = Callable[..., Ending]


@pytest.fixture
def turning(tmp_path: Path) -> Path:
    """LivePortrait's: ten frames at 25 per second, the lips open."""
    path = tmp_path / "turning.pkl"
    path.write_bytes(old_pickle(liveportrait(10, ratios=True)))
    return path


def refused(ending: Ending) -> str:
    assert ending.code == 2
    assert ending.out == ""
    assert ending.err.startswith("mien: ")
    assert ending.err.count("\n") == 1
    return ending.err


def test_a_portrait_follows_a_template(run: Run, portrait: Path, turning: Path) -> None:
    ending = run("animate", portrait, "-d", turning, "-o", "out.mp4")
    assert (ending.code, ending.out) == (0, "out.mp4\n")
    with av.open("out.mp4") as container:
        stream = container.streams.video[0]
        assert stream.average_rate == Fraction(25)
        assert sum(1 for _ in container.decode(stream)) == 10


def test_the_first_frame_is_the_portrait_and_later_ones_are_not(
    run: Run, portrait: Path, turning: Path
) -> None:
    run("animate", portrait, "-d", turning, "-o", "frames")
    first, later = (cv2.imread(f"frames/00000{n}.png").astype(int) for n in (0, 9))
    source = cv2.imread(str(portrait)).astype(int)
    assert np.abs(first - source).mean() < 1
    assert np.abs(later - source).mean() > 3


def test_a_clip_becomes_a_template_that_plays(run: Run, portrait: Path, clip: Path) -> None:
    ending = run("template", "make", clip, "-o", "nod.mien", "--max-frames", 10)
    assert (ending.code, ending.out) == (0, "nod.mien\n")
    facts = json.loads(run("template", "show", "nod.mien", "--json").out)
    assert (facts["frames"], facts["rate"], facts["made_from"]) == (10, "25/1", "clip.mp4")
    assert facts["channels"] == ["pose", "blendshapes", "landmarks"]
    low, high = facts["ranges"]["roll"]
    assert high - low > 5
    assert run("animate", portrait, "-d", "nod.mien", "-o", "out.mp4", "--fps", 50).code == 0
    assert sorted(path.name for path in Path().iterdir()) == ["nod.mien", "out.mp4"]


def test_a_picture_idling_emotions_and_templates_become_templates(
    run: Run, portrait: Path, turning: Path
) -> None:
    for number, driver in enumerate(
        ([portrait], ["idle:nod", "--duration", "0.4"], [turning, "--start", "0.2"],
         ["--emotions", "0:neutral 0.2:happy", "--duration", "0.4"])
    ):  # fmt: skip
        ending = run("template", "make", *driver, "-o", f"{number}.mien", "-q")
        assert (ending.code, ending.err) == (0, "")
    shown = [run("template", "show", f"{number}.mien").out for number in range(4)]
    assert "landmarks" in shown[0]
    assert "made from        idle:nod" in shown[1]
    assert "5 frames, 0.2 s" in shown[2]
    assert "keypoints, ratios" in shown[2]
    assert "made from        emotions" in shown[3]


def test_there_and_back(run: Run, turning: Path) -> None:
    assert run("template", "convert", turning, "-o", "turning.mien").code == 0
    assert run("template", "convert", "turning.mien", "-o", "back.pkl").code == 0
    was, back = (pickle.loads(Path(name).read_bytes()) for name in (turning, "back.pkl"))
    assert was.keys() == back.keys()
    for one, other in zip(was["motion"], back["motion"], strict=True):
        assert one["exp"] == pytest.approx(other["exp"], rel=2**-11)
        assert one["R"] == pytest.approx(other["R"], abs=1e-4)


def test_show_prints_what_a_template_holds(run: Run, turning: Path) -> None:
    lines = run("template", "show", turning).out.splitlines()
    facts = {line[:16].strip(): line[17:] for line in lines}
    assert facts["length"] == "10 frames, 0.4 s"
    assert facts["frame rate"] == "25 fps"
    assert facts["channels"] == "pose, blendshapes, keypoints, ratios"
    assert facts["yaw"] == "0 to 9"
    assert facts["lips ratio"] == "0 to 0.9"


class Evil:
    def __reduce__(self) -> object:
        return os.system, ("touch ran",)


def test_a_hostile_template_is_refused_and_does_not_run(run: Run, portrait: Path) -> None:
    root = liveportrait(3)
    root["motion"][1]["exp"] = Evil()
    Path("evil.pkl").write_bytes(pickle.dumps(root))
    for command in (
        ("template", "show", "evil.pkl"),
        ("template", "convert", "evil.pkl", "-o", "x.mien"),
        ("animate", portrait, "-d", "evil.pkl", "-o", "x.mp4"),
    ):
        assert "evil.pkl: names" in refused(run(*command))
    assert [path.name for path in Path().iterdir()] == ["evil.pkl"]


def test_bad_templates_are_one_line(run: Run, portrait: Path, turning: Path) -> None:
    Path("text.pkl").write_text("hello")
    Path("none.pkl").write_bytes(pickle.dumps({"motion": []}))
    root = liveportrait(3)
    root["motion"][1]["t"][0, 0] = np.nan
    Path("nan.pkl").write_bytes(pickle.dumps(root))
    Path("cut.mien").write_bytes(turning.read_bytes()[:500])
    for name, part in (
        ("text.pkl", "no motion template"), ("none.pkl", "no frames"), ("nan.pkl", "not numbers"),
        ("cut.mien", "damaged"), ("missing.pkl", "does not exist"),
        (portrait, "no motion template"),
    ):  # fmt: skip
        assert part in refused(run("template", "show", name))
        assert not Path("x.mp4").exists()
    assert "text.pkl: is no" in refused(run("animate", portrait, "-d", "text.pkl", "-o", "x.mp4"))
    assert "--start" in refused(
        run("animate", portrait, "-d", turning, "--start", 9, "-o", "x.mp4")
    )


def test_places_that_cannot_be_written_are_one_line(run: Run, turning: Path) -> None:
    assert ".mien or .pkl" in refused(run("template", "convert", turning, "-o", "x.mp4"))
    assert "what is read" in refused(run("template", "convert", turning, "-o", turning, "--force"))
    Path("there.mien").write_text("mine")
    assert "--force" in refused(run("template", "make", turning, "-o", "there.mien"))
    assert Path("there.mien").read_text() == "mine"
    assert "driver: is needed" in refused(run("template", "make", "-o", "x.mien"))
