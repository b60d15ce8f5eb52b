from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from e2e.ending import Ending

pytestmark = pytest.mark.e2e

Run = Callable[..., Ending]


def idle(run: Run, portrait: Path, output: str, *options: object, name: str = "natural") -> bytes:
    """All that ``mien animate`` wrote: one file's bytes, or those of a folder's pictures."""
    ending = run("animate", portrait, "--driving", f"idle:{name}", "-o", output, *options)
    assert (ending.code, ending.out) == (0, f"{output}\n")
    path = Path(output)
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return b"".join(file.read_bytes() for file in files)


@pytest.mark.parametrize("ending", ["", ".mp4"])
def test_the_same_seed_gives_the_same_bytes_and_another_does_not(
    run: Run, portrait: Path, ending: str
) -> None:
    options = ("--duration", 1, "--fps", 12, "--seed")
    one = idle(run, portrait, f"one{ending}", *options, 3)
    assert one == idle(run, portrait, f"same{ending}", *options, 3)
    assert one != idle(run, portrait, f"other{ending}", *options, 4)


def test_a_duration_a_rate_and_a_number_of_frames_are_honoured(run: Run, portrait: Path) -> None:
    for options, frames in [
        (("--duration", 0.5), 15),
        (("--duration", 0.5, "--fps", 12), 6),
        (("--max-frames", 2), 2),
    ]:
        idle(run, portrait, "frames", *options, "--force", name="blink")
        assert len(list(Path("frames").iterdir())) == frames


def test_an_unknown_idle_motion_is_one_line_that_lists_those_there_are(
    run: Run, portrait: Path
) -> None:
    ending = run("animate", portrait, "--driving", "idle:dance", "-o", "out.mp4")
    assert ending.code == 2
    assert ending.err.count("\n") == 1
    assert "idle:dance is none of idle:blink, idle:nod, idle:natural" in ending.err
    assert not Path("out.mp4").exists()
