"""LivePortrait's golden cases of networks, computed by ours with the same recipe weights."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fakes import liveportrait_goldens as goldens
from mien.engines.liveportrait.algebra.readings import SourceMotion, source_motion
from mien.engines.liveportrait.runtimes.base import KeypointReading
from mien.nets.liveportrait import params
from mien.nets.liveportrait.appearance import AppearanceExtractor
from mien.nets.liveportrait.generator import SpadeGenerator
from mien.nets.liveportrait.motion import MotionExtractor, RefinedMotion, refine
from mien.nets.liveportrait.regressor import KeypointRegressor
from mien.nets.liveportrait.spectral import fold_spectral_norm
from mien.nets.liveportrait.warping import WarpingNetwork
from mien.weights.recipe import recipe_state
from mien.weights.strict import load_strict

Case = dict[str, Any]
MANIFEST = goldens.configuration("manifest.json")["entries"]
NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "F": lambda: AppearanceExtractor(params.APPEARANCE),
    "M": lambda: MotionExtractor(params.MOTION),
    "W": lambda: WarpingNetwork(params.WARPING),
    "G": lambda: SpadeGenerator(params.GENERATOR),
    "S": lambda: KeypointRegressor(params.STITCHING),
    "R_eyes": lambda: KeypointRegressor(params.EYES),
    "R_lip": lambda: KeypointRegressor(params.LIP),
}


def solver(case: Case) -> Callable[[Case], Iterator[tuple[str, Any]]]:
    """What computes a case, told from what goes in and what comes out."""
    inputs, outputs = case["inputs"], case["outputs"]
    if "source_image_seed" in inputs:
        return chain
    if "n_in" in inputs:
        return regressor
    if "image_seed" in inputs:
        return appearance if "f_s" in outputs else motion
    return generator if "image" in outputs else warping


def appearance(case: Case) -> Iterator[tuple[str, Any]]:
    yield "f_s", network("F", case)(picture(case["inputs"]["image_seed"]))


def motion(case: Case) -> Iterator[tuple[str, Any]]:
    raw = network("M", case)(picture(case["inputs"]["image_seed"]))
    refined = refine(raw)
    for field in raw._fields:
        yield f"raw_{field}", getattr(raw, field)
        yield f"refined_{field}", getattr(refined, field)
    source = placed(refined)
    yield "R", source.rotation[None].astype(np.float32)
    yield "x_s", source.keypoints[None]


def warping(case: Case) -> Iterator[tuple[str, Any]]:
    draw, batch = seeded(case["inputs"]["seed"]), case["inputs"].get("bs", 1)
    volume = tensor(draw.standard_normal((batch, 32, 16, 64, 64)))
    source = tensor(draw.uniform(-0.7, 0.7, (batch, 21, 3)))
    driving = source + tensor(0.08 * draw.standard_normal((batch, 21, 3)))
    warped = network("W", case)(volume, source, driving)
    yield from warped._asdict().items()
    yield "occlusion_map", warped.occlusion


def generator(case: Case) -> Iterator[tuple[str, Any]]:
    shape = (batch_of(case, "image"), 256, 64, 64)
    yield "image", network("G", case)(tensor(0.3 * drawn(case["inputs"]["seed"], shape)))


def regressor(case: Case) -> Iterator[tuple[str, Any]]:
    num_in = case["inputs"]["n_in"]
    name = next(
        name
        for name, entries in MANIFEST.items()
        if entries[0]["key"] == "mlp.0.weight" and entries[0]["shape"][1] == num_in
    )
    inputs = tensor(0.4 * drawn(case["inputs"]["seed"], (batch_of(case, "delta"), num_in)))
    yield "delta", network(name, case)(inputs)


def chain(case: Case) -> Iterator[tuple[str, Any]]:
    """From two pictures to three: driven, stitched, and with eyes and lips opened anew."""
    inputs = case["inputs"]
    source_picture = picture(inputs["source_image_seed"])
    volume = network("F", case)(source_picture)
    source, driving = (
        torch.from_numpy(placed(refine(network("M", case)(face))).keypoints)[None]
        for face in (source_picture, picture(inputs["driving_image_seed"]))
    )
    stitched = stitch(network("S", case), source, driving)
    lip_delta = retarget(network("R_lip", case), source, inputs["lip_ratio"])
    eye_delta = retarget(network("R_eyes", case), source, inputs["eye_ratio"])
    yield from (("f_s", volume), ("x_s", source), ("x_d", driving), ("x_stitched", stitched))
    yield from (("lip_delta", lip_delta), ("eye_delta", eye_delta))
    driven = {
        "plain": driving,
        "stitched": stitched,
        "retarget": source + lip_delta + eye_delta,
    }
    for way, keypoints in driven.items():
        if any(way in output.split("_")[1:] for output in case["outputs"]):
            yield from painted(case, way, volume, source, keypoints)


def painted(
    case: Case, way: str, volume: Tensor, source: Tensor, driving: Tensor
) -> Iterator[tuple[str, Any]]:
    warped = network("W", case)(volume, source, driving)
    yield f"deformation_{way}", warped.deformation
    yield f"occlusion_{way}", warped.occlusion
    if f"image_{way}" not in case["outputs"]:
        return
    image = network("G", case)(warped.out)
    yield f"image_{way}", image
    yield f"image_{way}_u8", (image.permute(0, 2, 3, 1).clamp(0, 1) * 255).to(torch.uint8)


def placed(motion: RefinedMotion) -> SourceMotion:
    reading = KeypointReading(
        canonical=motion.kp[0].numpy(),
        expression=motion.exp[0].numpy(),
        pitch=motion.pitch.item(),
        yaw=motion.yaw.item(),
        roll=motion.roll.item(),
        translation=motion.t[0].numpy(),
        scale=motion.scale.item(),
    )
    return source_motion(reading)


def stitch(network: nn.Module, source: Tensor, driving: Tensor) -> Tensor:
    delta, shift = network(torch.cat((source.flatten(1), driving.flatten(1)), 1)).split((63, 2), 1)
    shifts = nn.functional.pad(shift, (0, 1))
    return driving + delta.view(-1, 21, 3) + shifts[:, None]


def retarget(network: nn.Module, source: Tensor, ratios: list[float]) -> Tensor:
    asked = torch.cat((source.flatten(1), torch.tensor([ratios])), 1)
    return network(asked).view(-1, 21, 3)  # type: ignore[no-any-return]


def network(name: str, case: Case) -> nn.Module:
    """The network with the weights that the index says."""
    shape_of = {entry["key"]: entry["shape"] for entry in MANIFEST[name]}
    gains = {key: case["gain"][name] for key, shape in shape_of.items() if len(shape) > 1}
    gains |= case["gain_key_overrides"].get(name, {})
    return network_of_recipe(name, case["weights_seed"], json.dumps(gains))


@lru_cache(maxsize=len(NETWORKS))
def network_of_recipe(name: str, seed: int, gains: str) -> nn.Module:
    shapes = {entry["key"]: (tuple(entry["shape"]), entry["dtype"]) for entry in MANIFEST[name]}
    recipe = recipe_state(shapes, seed, json.loads(gains))
    state = {key: torch.from_numpy(array) for key, array in recipe.items()}
    return load_strict(NETWORKS[name], fold_spectral_norm(state), f"recipe {seed} of {name}")


def batch_of(case: Case, output: str) -> int:
    return int(case["outputs"][output]["shape"][0])


def picture(seed: int) -> Tensor:
    """Noise over coloured squares of 16 pixels: (1, 3, 256, 256), 0..1."""
    draw = seeded(seed)
    blocks = np.kron(draw.random((3, 16, 16)), np.ones((16, 16)))
    return tensor(0.75 * blocks + 0.25 * draw.random((3, 256, 256)))[None]


def drawn(seed: int, shape: tuple[int, ...]) -> Any:
    return seeded(seed).standard_normal(shape)


def seeded(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def tensor(values: Any) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))
