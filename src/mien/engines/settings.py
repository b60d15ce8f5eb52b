"""How an engine is set up: which one, where it runs, how exactly, with which weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from mien.checks import (
    check_choice,
    check_device,
    check_number,
    check_switch,
    check_whole,
    checked_folder,
    shown,
)
from mien.errors import OptionError
from mien.motion.kalman import OBSERVATION

Precision = Literal["auto", "fp32", "fp16", "bf16"]
RuntimeName = Literal["auto", "torch", "openvino", "onnx"]
Tier = Literal["auto", "exact", "balanced", "fast", "turbo"]
Species = Literal["humans", "animals"]
Decoder = Literal["full", "tiny"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
RUNTIMES: tuple[RuntimeName, ...] = get_args(RuntimeName)
TIERS: tuple[Tier, ...] = get_args(Tier)
SPECIES: tuple[Species, ...] = get_args(Species)
DECODERS: tuple[Decoder, ...] = get_args(Decoder)

SWITCHES = {
    "models_dir": "--models-dir",
    "stitching": "--no-stitching",
    "hold_eyes": "--hold-eyes",
    "smoothing": "--source-smoothing",
    "orthonormal": "--orthonormal",
    "batch": "--batch",
    "steps": "--steps",
    "guidance": "--guidance",
    "resolution": "--resolution",
    "decoder": "--decoder",
    "offload": "--offload",
    "compiled": "--compiled",
}
"""Fields that not every engine has -> the options that set them."""
FOR_FILMS = ("hold_eyes", "smoothing", "orthonormal")
"""Fields that act on a source that is a film alone."""
MAX_BATCH, MAX_SMOOTHING = 64, 1e-3
STEPS, MAX_STEPS = 4, 32
"""Steps come in multiples of the first number, and are no more than the second."""
MAX_GUIDANCE = 5.0
RESOLUTION_STEP, MIN_RESOLUTION, MAX_RESOLUTION = 64, 256, 1024
_NO_SMOOTHING = 1e-12
"""Variance below which nothing is taken out that could be seen."""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """An engine and what can be chosen about it; ``auto`` leaves the choice to the engine.

    name: as in ``mien.engines.ENGINES``. device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
    precision: of the arithmetic. runtime: what executes the networks. tier: how much
    exactness is given for speed on a CPU. models_dir: where weights are looked for first.
    cache_dir: where what is made of weights is kept, so that the next start is quick; None keeps
    nothing. Both folders may be given as text. species: whose weights.

    What only LivePortrait knows: stitching: whether the shoulders stay where they are. hold_eyes:
    whether the eyes of a film that is the source stay as far open as in its first picture.
    smoothing: variance of the noise that is taken out of the motion a film gives to a film, 0 to
    1e-3; None, which 0 becomes, leaves it. orthonormal: whether smoothed rotations become rotations
    again. batch: frames of one picture that are rendered together, 1 to 64: more of them are faster
    on a GPU, take more memory, and come out later.

    What only PersonaLive knows: steps: of the diffusion, a multiple of 4 up to 32; 4 is what its
    networks were taught. guidance: how much further pictures follow the portrait and the driver
    than they would by themselves, 1 (no further, twice as fast) to 5. resolution: side of the crop
    that is drawn, a multiple of 64 from 256 to 1024 pixels. decoder: ``tiny`` is quicker, and shows
    less detail. offload: whether networks wait in the computer's memory and come to the card one by
    one: slower, and fits smaller cards. compiled: whether torch compiles them for the card, which
    takes minutes at the first chunk and pays where they stay: for live faces and services.

    An engine that cannot honour a choice says so when it is loaded.

    Raises OptionError for what no engine knows, and for values of the wrong type.
    """

    name: str = "mesh"
    device: str = "auto"
    precision: Precision = "auto"
    runtime: RuntimeName = "auto"
    tier: Tier = "auto"
    models_dir: Path | None = None
    cache_dir: Path | None = None
    species: Species = "humans"
    stitching: bool = True
    hold_eyes: bool = False
    smoothing: float | None = OBSERVATION
    orthonormal: bool = False
    batch: int = 1
    steps: int = STEPS
    guidance: float = 1.0
    resolution: int = 512
    decoder: Decoder = "full"
    offload: bool = False
    compiled: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            problem = f"{shown(self.name)} is neither the name of an engine nor EngineSettings"
            raise OptionError("--engine", problem)
        check_device("--device", self.device)
        check_choice("--precision", self.precision, PRECISIONS)
        check_choice("--runtime", self.runtime, RUNTIMES)
        check_choice("--tier", self.tier, TIERS)
        check_choice("--species", self.species, SPECIES)
        for name in ("stitching", "hold_eyes", "orthonormal", "offload", "compiled"):
            check_switch(SWITCHES[name], getattr(self, name))
        check_whole("--batch", self.batch, least=1, most=MAX_BATCH)
        _check_multiple("--steps", self.steps, STEPS, STEPS, MAX_STEPS)
        check_number("--guidance", self.guidance, 1, MAX_GUIDANCE)
        _check_multiple(
            "--resolution", self.resolution, RESOLUTION_STEP, MIN_RESOLUTION, MAX_RESOLUTION
        )
        check_choice("--decoder", self.decoder, DECODERS)
        object.__setattr__(self, "smoothing", _variance(self.smoothing))
        object.__setattr__(self, "models_dir", checked_folder("--models-dir", self.models_dir))
        object.__setattr__(self, "cache_dir", checked_folder("cache_dir", self.cache_dir))


def _check_multiple(option: str, value: object, step: int, least: int, most: int) -> None:
    fits = isinstance(value, int) and not isinstance(value, bool)
    if not (fits and least <= value <= most and value % step == 0):  # type: ignore[operator]
        problem = f"is not a multiple of {step} from {least} to {most}"
        raise OptionError(option, f"{shown(value)} {problem}")


def _variance(given: float | None) -> float | None:
    if given is None:
        return None
    check_number("--source-smoothing", given, 0, MAX_SMOOTHING)
    return given if given >= _NO_SMOOTHING else None


DEFAULT_SETTINGS = EngineSettings()


def settings_of(engine: str | EngineSettings) -> EngineSettings:
    """The settings, or those of the engine of this name with nothing chosen about it. Raises
    OptionError for what is neither."""
    return engine if isinstance(engine, EngineSettings) else EngineSettings(engine)
