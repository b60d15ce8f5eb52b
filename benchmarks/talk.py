"""How long a talking clip takes: 45 seconds at 24 frames per second, 512 x 512, from files.

    python benchmarks/talk.py --iterations 50 --warmup 3 --output results.json

Everything counts that a call of ``actor.animate`` does: reading both files, finding the face,
hearing the sound, body language, rendering, and float32 numbers in 0..1. They are written into one
buffer that is used over and over, as a pipeline does; ``--new-buffer`` makes one for every clip.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import mien
from mien.media import read_speech
from mien.pipeline.measuring.figures import distribution
from mien.pipeline.measuring.memory import held_vram_mb, peak_rss_mb

PAUSE_S = 0.8
DATA = Path(mien.__file__).parent / "data"
GOAL_S = 6.0
"""The 99th percentile that a clip of the default length should stay below on two cores."""


@dataclass(frozen=True)
class Plan:
    """What is measured."""

    iterations: int = 5
    warmup: int = 1
    duration_s: float = 45.0
    fps: int = 24
    size: int = 512
    portrait: Path = DATA / "astronaut.png"
    audio: Path | None = None
    new_buffer: bool = False


def measure(plan: Plan | None = None) -> dict[str, object]:
    """Wall time and CPU time of whole clips, workers included, and memory."""
    plan = plan or Plan()
    num_frames = round(plan.duration_s * plan.fps)
    shape = (num_frames, 3, plan.size, plan.size)
    buffer = None if plan.new_buffer else np.zeros(shape, np.float32)
    wall, cpu = [], []
    with TemporaryDirectory() as folder, mien.load_actor() as actor:
        audio = plan.audio or _speech(Path(folder) / "speech.npy", plan.duration_s)
        for number in range(plan.warmup + plan.iterations):
            started, worked = time.perf_counter(), _cpu_s()
            actor.animate(
                plan.portrait,
                np.load(audio) if audio.suffix == ".npy" else audio,
                sample_rate=16_000,
                fps=plan.fps,
                duration=plan.duration_s,
                size=plan.size,
                output=buffer,
            )
            if number >= plan.warmup:
                wall.append(time.perf_counter() - started)
                cpu.append(_cpu_s() - worked)
        workers_mb = [_status_kb(pid, "VmHWM") / 1024 for pid in _workers()]
    return {
        "clip": {"frames": num_frames, "size": plan.size, "fps": plan.fps, "dtype": "float32"},
        "iterations": plan.iterations,
        "warmup": plan.warmup,
        "wall_s": distribution(wall),
        "cpu_s": distribution(cpu),
        "frames_per_second": round(num_frames / statistics.median(wall), 1),
        "wall_ms_per_frame": round(1000 * statistics.median(wall) / num_frames, 3),
        "cpu_ms_per_frame": round(1000 * statistics.median(cpu) / num_frames, 3),
        "peak_memory_mb": peak_rss_mb(),
        "workers_peak_memory_mb": [round(peak, 1) for peak in workers_mb],
        "buffer_mb": round(np.prod(shape) * 4 / 2**20, 1),
        "vram_mb": held_vram_mb(),
    }


def _speech(path: Path, duration_s: float) -> Path:
    """The demo's sentence with pauses, over and over, as samples at 16 kHz."""
    sentence, rate = read_speech(DATA / "hello.ogg")
    turn = np.concatenate([sentence, np.zeros(round(PAUSE_S * rate), np.float32)])
    np.save(path, np.resize(turn, round(duration_s * rate)))
    return path


def _workers() -> list[int]:
    """The processes that this one has started and that run; none where Linux does not list them."""
    lists = Path("/proc/self/task").glob("*/children")
    return [int(pid) for children in lists for pid in children.read_text().split()]


def _cpu_s() -> float:
    """Of this process and those that it has started."""
    stats = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2] for pid in _workers())
    ticks = sum(sum(map(int, stat.split()[11:13])) for stat in stats)
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _status_kb(pid: int, field: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--iterations", type=int, default=50, metavar="N")
    parser.add_argument("--warmup", type=int, default=3, metavar="N", help="clips not counted")
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    parser.add_argument("--duration", type=float, default=45.0, metavar="S")
    parser.add_argument("--fps", type=int, default=24, metavar="N")
    parser.add_argument("--size", type=int, default=512, metavar="PX")
    parser.add_argument("--portrait", type=Path, default=DATA / "astronaut.png", metavar="FILE")
    parser.add_argument("--audio", type=Path, metavar="FILE", help="default: the demo's sentence")
    parser.add_argument("--new-buffer", action="store_true", help="memory is made for every clip")
    return parser.parse_args()


def main() -> None:
    given = _arguments()
    results = measure(
        Plan(
            max(1, given.iterations), max(0, given.warmup), given.duration, given.fps, given.size,
            given.portrait, given.audio, given.new_buffer,
        )
    )  # fmt: skip
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    text = json.dumps({"machine": machine, "goal_p99_s": GOAL_S, **results}, indent=2)
    if given.output is None:
        print(text)
    else:
        given.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
