"""Processes render long clips: the same clips, and nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mien
from fakes.clips import astronaut
from fakes.sounds import HELLO, hello
from mien.drivers.moments import drive_with_moments
from mien.engines import EngineSettings
from mien.motion.moment import REST, Moment
from mien.pipeline.clip.crew import Crew
from mien.pipeline.clip.rendering import Stage
from mien.types import Motion, MotionOptions, Portrait

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are listed there"),
]

SAMPLES, RATE = hello(0.5)
PICTURE = astronaut()[:320, 64:384]
LONG: dict[str, Any] = {"sample_rate": RATE, "duration": 5, "size": 96, "dtype": "uint8"}
SCRIPT = """
import sys
import mien
print("once", flush=True)
with mien.load_actor() as actor:
    for number, frame in enumerate(actor.frames(*sys.argv[1:], duration=600, size=96)):
        print(number, flush=True)
"""


def children() -> list[int]:
    lists = Path("/proc/self/task").glob("*/children")
    return [int(pid) for found in lists for pid in found.read_text().split()]


def files() -> int:
    """That are open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def wait_for(there: Callable[[], Any]) -> Any:
    """What it returns once that is true."""
    until = time.monotonic() + 60
    while not (found := there()) and time.monotonic() < until:
        time.sleep(0.02)
    return found


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1}, raising=False)


@pytest.fixture(scope="module")
def clip() -> Any:
    """Rendered by this process alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.sched_getaffinity", lambda _: {0}, raising=False)
        with mien.load_actor() as actor:
            made = actor.animate(PICTURE, SAMPLES, **LONG)
            assert not children()
            return made


@pytest.fixture
def actor() -> Iterator[mien.Actor]:
    with mien.load_actor() as actor:
        yield actor
    assert not children()


def test_the_bytes_are_those_of_one_process(clip: Any, actor: mien.Actor) -> None:
    opened = files()
    assert np.array_equal(actor.animate(PICTURE, SAMPLES, **LONG), clip)
    first = children()
    assert len(first) == 2
    assert np.array_equal(actor.animate(PICTURE, SAMPLES, **LONG), clip)
    other = actor.animate(PICTURE, SAMPLES, **LONG | {"size": 128})
    assert other.shape == (120, 3, 128, 128)
    assert children() == first
    actor.close()
    assert files() <= opened


def test_short_clips_need_no_processes(actor: mien.Actor) -> None:
    actor.animate(PICTURE, SAMPLES, **LONG | {"duration": 0.5})
    assert not children()


def test_an_actor_may_be_asked_again_during_a_clip(clip: Any, actor: mien.Actor) -> None:
    frames = actor.frames(PICTURE, SAMPLES, **LONG)
    begun = [next(frames) for _ in range(2)]
    assert np.array_equal(actor.animate(PICTURE, SAMPLES, **LONG), clip)
    assert np.array_equal(np.stack(begun + list(frames)), clip)


def test_closing_the_frames_ends_the_processes(clip: Any, actor: mien.Actor) -> None:
    frames = actor.frames(PICTURE, SAMPLES, **LONG)
    next(frames)
    assert len(children()) == 2
    frames.close()
    assert not children()
    assert np.array_equal(actor.animate(PICTURE, SAMPLES, **LONG), clip)


def test_closing_the_actor_ends_the_clip(actor: mien.Actor) -> None:
    frames = actor.frames(PICTURE, SAMPLES, **LONG)
    next(frames)
    actor.close()
    assert not children()
    with pytest.raises(mien.EngineUnavailableError, match="closed"):
        list(frames)


def test_a_killed_process_is_told_and_replaced(clip: Any, actor: mien.Actor) -> None:
    frames = actor.frames(PICTURE, SAMPLES, **LONG)
    next(frames)
    os.kill(children()[1], signal.SIGKILL)
    with pytest.raises(mien.EngineUnavailableError, match=r"has ended \(status -9\)"):
        list(frames)
    assert not children()
    assert np.array_equal(actor.animate(PICTURE, SAMPLES, **LONG), clip)
    idle = children()[0]
    os.kill(idle, signal.SIGKILL)
    os.waitid(os.P_PID, idle, os.WEXITED | os.WNOWAIT)
    assert np.array_equal(actor.animate(PICTURE, SAMPLES, **LONG), clip)


def test_what_stops_a_clip_stops_its_processes(actor: mien.Actor) -> None:
    def stop(step: mien.Progress) -> None:
        if step.done == 4:
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        actor.animate(PICTURE, SAMPLES, **LONG, progress=stop)
    assert not children()


@pytest.mark.parametrize("pause_s", [0.0, 0.3], ids=["at once", "after its process has ended"])
def test_an_exception_comes_out_as_it_is(pause_s: float) -> None:
    def moment(_time_s: float) -> Moment:
        time.sleep(pause_s)
        return REST

    def motion_of(_first: int, _step: int) -> Motion:
        return drive_with_moments(moment, fps=Fraction(24), num_frames=4)

    crew = Crew(EngineSettings(), parallel=True)
    crew.summon()
    assert crew.is_free()
    stage = Stage(None, Portrait(PICTURE), MotionOptions())
    with pytest.raises(AttributeError, match="'NoneType' object has no attribute") as caught:
        next(crew.pictures(stage, motion_of))
    assert "mesh/engine.py" in caught.value.__notes__[0]
    assert not children()


@pytest.mark.parametrize("program", ["", "/nowhere/python", "/bin/false"])
def test_without_processes_it_renders_itself(
    clip: Any, actor: mien.Actor, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    assert np.array_equal(actor.animate(PICTURE, SAMPLES, **LONG), clip)
    assert not children()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_script_that_ends_takes_its_processes_along(
    tmp_path: Path, portrait: Path, end: signal.Signals
) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    with subprocess.Popen(
        [sys.executable, script, portrait, HELLO],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(3)]
        assert lines == ["once", "0", "1"]
        workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.killpg(process.pid, end)
        _, complaint = process.communicate(timeout=60)
    if len(os.sched_getaffinity(0)) > 1:
        assert len(workers) > 1
    assert complaint.count("Traceback") == (end == signal.SIGINT)
    assert wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
