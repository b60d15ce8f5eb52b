"""LivePortrait's rendering on a processor: every tier against the plain networks, side by side.

Counted is what comes with every frame: from keypoints to a picture. All variants take turns in one
process, and the least time of each counts: that is when nothing else ran. Weights are from the
recipe, as speed does not depend on them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from mien.engines.liveportrait.loading import recipe_networks
from mien.engines.liveportrait.runtimes.agreement import difference, moved_face
from mien.engines.liveportrait.runtimes.networks import Networks
from mien.engines.liveportrait.runtimes.opening import open_runtime
from mien.engines.liveportrait.runtimes.pictures import planes, rows
from mien.engines.liveportrait.runtimes.torch_runtime import TorchRuntime
from mien.engines.settings import EngineSettings, RuntimeName, Tier
from mien.types import Floats, Image

ROUNDS = 6
PLAIN = "plain"
VARIANTS: tuple[tuple[RuntimeName, Tier], ...] = (
    ("torch", "exact"),
    ("torch", "fast"),
    ("openvino", "exact"),
    ("openvino", "balanced"),
    ("openvino", "fast"),
    ("openvino", "turbo"),
)
GOALS = {
    "openvino exact": 1.8,
    "openvino balanced": 2.9,
    "openvino fast": 3.5,
    "openvino turbo": 4.2,
}
"""Times as fast as the plain networks."""

Render = Callable[[], Floats]


def measure() -> dict[str, object]:
    """Variant -> least wall and CPU milliseconds, how many times plain, errors in levels."""
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    renders = _renders()
    pictures = {name: render() for name, render in renders.items()}
    wall: dict[str, list[float]] = {name: [] for name in renders}
    cpu: dict[str, list[float]] = {name: [] for name in renders}
    load = [os.getloadavg()[0]]
    for _ in range(ROUNDS):
        for name, render in renders.items():
            started, used = time.perf_counter(), time.process_time()
            render()
            wall[name].append(1000 * (time.perf_counter() - started))
            cpu[name].append(1000 * (time.process_time() - used))
        load.append(os.getloadavg()[0])
    times = {name: (min(wall[name]), min(cpu[name])) for name in renders}
    table = {
        name: {
            "min_wall_ms": round(times[name][0]),
            "min_cpu_ms": round(times[name][1]),
            "times_plain": round(times[PLAIN][0] / times[name][0], 2),
            "times_plain_cpu": round(times[PLAIN][1] / times[name][1], 2),
            **({"goal": GOALS[name]} if name in GOALS else {}),
            **_errors(pictures[PLAIN], pictures[name]),
        }
        for name in renders
    }
    return {"load": [round(each, 1) for each in load], "variants": table}


def _renders() -> dict[str, Render]:
    networks = recipe_networks()
    face = moved_face(TorchRuntime(Networks(**networks)))
    renders = {PLAIN: _plain(Networks(**networks), *face)}
    with TemporaryDirectory() as cache_dir:
        for runtime, tier in VARIANTS:
            chosen = EngineSettings("liveportrait", device="cpu", runtime=runtime, tier=tier)
            render = _reduced(networks, chosen, Path(cache_dir), *face)
            renders[f"{runtime} {tier}"] = render
    return renders


def _reduced(
    networks: dict[str, Any],
    settings: EngineSettings,
    cache_dir: Path,
    picture: Image,
    keypoints: Floats,
    driving: Floats,
) -> Render:
    runtime = open_runtime(networks, settings, cache_dir)
    prepared = runtime.prepare(picture, keypoints)
    return lambda: runtime.render(prepared, driving[:1])


def _plain(networks: Networks, picture: Image, keypoints: Floats, driving: Floats) -> Render:
    """As upstream does it: eager, float32, nothing known before the frame but the volume."""
    source, moved = torch.from_numpy(keypoints[None]), torch.from_numpy(driving[:1])
    with torch.inference_mode():
        volume = networks.appearance(torch.from_numpy(planes(picture[None])))

    def render() -> Floats:
        with torch.inference_mode():
            return rows(networks.generator(networks.warping(volume, source, moved).out).numpy())

    return render


def _errors(expected: Floats, given: Floats) -> dict[str, float]:
    found = difference(expected, given)
    return {
        "max_levels": round(255 * float(np.abs(given - expected).max()), 3),
        "mean_levels": round(found.mean_levels, 4),
        "psnr_db": round(found.psnr_db, 1),
    }
