"""The whole command: speed end to end, on one core and on two, first frame, memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import summary
from benchmarks.material import save_clip, save_portrait
from mien.pipeline.measuring.material import RATE

SIDE = 512
NUM_FRAMES = 300
LONGER = 10
RUNS = 5


@dataclass(frozen=True)
class Run:
    """What one run of the command took."""

    wall_s: float
    cpu_s: float
    memory_mb: float


def measure() -> dict[str, object]:
    """Seconds, times real time, megabytes; source and driver are 512 x 512 at 30 fps."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        portrait = save_portrait(folder / "me.png", SIDE)
        clip = save_clip(folder / "clip.mp4", NUM_FRAMES, SIDE)
        cores = sorted(os.sched_getaffinity(0))
        result: dict[str, object] = {}
        throughput = {}
        for num_cores in (1, 2)[: len(cores)]:
            runs = [_animate(portrait, clip, cores[:num_cores]) for _ in range(RUNS)]
            facts = _facts(runs)
            throughput[num_cores] = facts["median_fps"]
            result[f"cores_{num_cores}"] = facts
        if len(throughput) == 2:
            result["two_cores_over_one"] = round(throughput[2] / throughput[1], 2)
        first = [_first_frame_s(portrait, clip, folder) for _ in range(RUNS)]
        result["first_frame"] = summary(first, "s")
        result["memory"] = _memory(portrait, clip, folder)
        return result


def _facts(runs: list[Run]) -> dict[str, float]:
    wall = summary([run.wall_s for run in runs], "wall_s")
    return {
        **wall,
        **summary([run.cpu_s for run in runs], "cpu_s"),
        "median_fps": round(NUM_FRAMES / wall["median_wall_s"], 1),
        "median_times_real_time": round(NUM_FRAMES / float(RATE) / wall["median_wall_s"], 2),
    }


def _memory(portrait: Path, clip: Path, folder: Path) -> dict[str, float]:
    longer = save_clip(folder / "longer.mp4", NUM_FRAMES * LONGER, SIDE)
    cores = os.sched_getaffinity(0)
    short_mb = _animate(portrait, clip, cores).memory_mb
    long_mb = _animate(portrait, longer, cores).memory_mb
    return {"peak_mb": short_mb, f"peak_mb_{LONGER}x_longer": long_mb}


def _animate(portrait: Path, clip: Path, cores: Collection[int]) -> Run:
    command = _command(portrait, clip, portrait.parent / "result.mp4")
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, preexec_fn=lambda: os.sched_setaffinity(0, cores)
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the command failed with exit code {process.returncode}")
    return Run(wall_s, usage.ru_utime + usage.ru_stime, round(usage.ru_maxrss / 1024, 1))


def _first_frame_s(portrait: Path, clip: Path, folder: Path) -> float:
    """Until the first PNG of a folder is there."""
    command = _command(portrait, clip, folder / "pictures")
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while not any(folder.glob(".pictures.*/000000.png")):
            if process.poll() is not None:
                raise SystemExit("the command ended before its first frame")
            time.sleep(0.002)
        taken = time.perf_counter() - started
        process.terminate()
    return taken


def _command(portrait: Path, clip: Path, output: Path) -> list[str]:
    main = [sys.executable, "-c", "from mien.cli import main; main()"]
    return [*main, "animate", str(portrait), "-d", str(clip), "-o", str(output), "--force", "-q"]
