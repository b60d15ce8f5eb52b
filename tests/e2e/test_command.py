"""The installed command, as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fakes.clips import moving_face, write_clip

pytestmark = pytest.mark.e2e

MIEN = [sys.executable, "-c", "from mien.cli import main; main()"]


def mien(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [*MIEN, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)


def test_the_command_prints_the_path_of_the_result(
    portrait: Path, clip: Path, tmp_path: Path
) -> None:
    done = mien("animate", portrait, "-d", clip, "-o", "out.mp4", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "out.mp4\n", "")


def test_the_package_runs_like_the_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mien", "crop", "nobody.jpg", "-o", "out.png"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "mien: nobody.jpg: does not exist\n"


def test_bad_input_is_one_line_and_exit_code_2(clip: Path, tmp_path: Path) -> None:
    done = mien("animate", "nobody.jpg", "-d", clip, "-o", "out.mp4", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "mien: nobody.jpg: does not exist\n"


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    ids=["Ctrl-C", "kill", "closed terminal"],
)
def test_an_interrupted_run_leaves_nothing(
    portrait: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    write_clip(tmp_path / "long.mp4", moving_face(500))
    results = tmp_path / "results"
    results.mkdir()
    command = [*MIEN, "animate", str(portrait), "-d", "long.mp4", "-o", "results/out.mp4"]
    with subprocess.Popen(
        [*command, "--size", "1024"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None and not any(results.iterdir()):
            time.sleep(0.02)
        os.kill(process.pid, number)
        time.sleep(0.02)
        os.kill(process.pid, number)  # impatience changes nothing
        _, complaint = process.communicate(timeout=60)
    assert process.returncode == code
    assert complaint.count("\n") <= 1
    assert list(results.iterdir()) == []


def test_one_that_is_interrupted_while_it_starts_says_so_in_a_line() -> None:
    lines = [
        "import os, signal, sys",
        "from mien.cli import main",
        "class Interrupting:",
        "    def find_spec(self, name, *more):",
        "        if name == 'mien.cli.app': os.kill(os.getpid(), signal.SIGINT)",
        "sys.meta_path.insert(0, Interrupting())",
        "main(['--version'])",
    ]
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True)
    assert done.returncode == 130
    assert (done.stdout, done.stderr) == ("", "mien: interrupted; nothing was written\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_path_that_cannot_be_printed_is_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*MIEN, "doctor"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == "mien: standard output: No space left on device\n"


def test_without_standard_error_it_works_all_the_same(clip: Path, tmp_path: Path) -> None:
    command = f'exec "$@" animate nobody.jpg -d {clip} 2>&-'
    done = subprocess.run(
        ["sh", "-c", command, "sh", *MIEN], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")


def test_without_a_verb_the_help_is_shown(tmp_path: Path) -> None:
    done = mien(cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "")
    assert "animate" in done.stdout


def test_the_version_is_printed(tmp_path: Path) -> None:
    assert mien("--version", cwd=tmp_path).stdout.startswith("mien 0.")


def test_the_doctor_says_that_the_mesh_engine_runs(tmp_path: Path) -> None:
    done = mien("doctor", cwd=tmp_path)
    assert done.returncode == 0
    assert "can run here" in done.stdout
    assert "onnxruntime" in done.stdout


@pytest.mark.parametrize(
    "statement", ["import mien", "main(['--help'])", "main(['animate', '--help'])"]
)
def test_nothing_heavy_is_imported_before_it_is_needed(statement: str, tmp_path: Path) -> None:
    lines = [
        "import sys",
        "from mien.cli import main" if "main" in statement else "",
        "try:",
        f"    {statement}",
        "except SystemExit: pass",
        "print([name for name in ('cv2', 'onnxruntime', 'torch', 'av') if name in sys.modules])",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout.splitlines()[-1] == "[]"
