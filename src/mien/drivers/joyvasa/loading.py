"""The networks found, read, filled and placed; what is wrong with any of it said in one line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.drivers.joyvasa.coefficients import NUM_NUMBERS, MotionRange, read_range
from mien.drivers.joyvasa.settings import JoyVasaSettings
from mien.errors import EngineUnavailableError, OptionError, WeightsError
from mien.nets.joyvasa.params import FRAMES_PER_S, JOYVASA, JoyVasaParams, params_of
from mien.weights import (
    BUNDLES,
    Artifact,
    State,
    find_weights,
    load_strict,
    part_of,
    read_arguments,
    read_state,
)
from mien.weights.containers import check_checksums
from mien.weights.devices import device_of

if TYPE_CHECKING:
    from mien.drivers.joyvasa.making import PlacedNetwork

NAME = "joyvasa"
BUNDLE = BUNDLES[NAME]
GENERATOR, TEMPLATE = (each.name for each in BUNDLE.artifacts)
_MOST_LAYERS = 100
_LARGEST_SIDE = 16_384
_PACKAGES = ("torch", "transformers")


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """JoyVASA ready to run. pads_with_last: see :class:`mien.drivers.joyvasa.windows.Cutting`."""

    placed: PlacedNetwork
    range: MotionRange
    pads_with_last: bool = False

    def close(self) -> None:
        """Its memory goes with it."""


def find_files(settings: JoyVasaSettings) -> dict[str, Path]:
    """The files of weights, for a device that there is. Reads none of them.

    Raises EngineUnavailableError naming the packages that are missing, OptionError for a device or
    a precision that is not there, MissingWeightsError, WeightsError for what lies in their place.
    """
    place_of(settings)
    return find_weights(BUNDLE, settings.models_dir)


def load_model(settings: JoyVasaSettings) -> Model:
    """The official weights on their device. Raises as :func:`find_files`, WeightsError for files
    that are not what they should be, OutOfMemoryError."""
    device, precision = place_of(settings)
    files = find_files(settings)
    known = read_range(files[TEMPLATE])
    network, pads_with_last = read_network(files[GENERATOR])
    from mien.drivers.joyvasa.making import PlacedNetwork

    return Model(PlacedNetwork(network, device, precision), known, pads_with_last)


def read_network(path: Path) -> tuple[Any, bool]:
    """The networks of a file, on the CPU, and whether it was trained to hear the last sample go
    on where sound ends. WeightsError for what it should not be."""
    state, arguments = part_of(read_state(path), "model", path), read_arguments(path)
    rate = arguments.get("fps", FRAMES_PER_S)
    if rate != FRAMES_PER_S:
        raise WeightsError(path, f"was trained at {rate} frames per second, not {FRAMES_PER_S}")
    network = filled(_sizes(state, path), state, path)
    _check_constants(network, path)
    return network, arguments.get("pad_mode") == "replicate"


def check_file(artifact: Artifact, path: Path) -> None:
    """WeightsError unless the file is what an engine can load as this artifact."""
    if artifact.name == TEMPLATE:
        read_range(path)
        return
    require_neural()
    check_checksums(path)
    read_network(path)


def require_neural() -> None:
    """EngineUnavailableError without PyTorch and transformers."""
    from importlib.util import find_spec

    missing = [name for name in _PACKAGES if _is_missing(find_spec, name)]
    if missing:
        problem = f"needs {' and '.join(missing)}; install with: pip install 'mien[neural]'"
        raise EngineUnavailableError(NAME, problem)


def place_of(settings: JoyVasaSettings) -> tuple[str, str]:
    """The device as torch names it, and the precision. OptionError for what is not there."""
    require_neural()
    device = device_of(settings.device)
    if device == "cpu" and settings.precision == "fp16":
        raise OptionError("--precision", "fp16 needs a GPU; choose fp32, or --device cuda")
    return device, "fp32" if settings.precision == "auto" else settings.precision


def _is_missing(find_spec: Callable[[str], object], name: str) -> bool:
    try:
        return find_spec(name) is None
    except ValueError:  # hidden by a None in sys.modules
        return True


def filled(params: JoyVasaParams, state: State, path: str | Path) -> Any:
    """The networks of these sizes with a state, keys as in the official file; ``path`` as in
    `load_strict`."""
    from mien.nets.joyvasa.network import renamed

    return load_strict(maker(params), renamed(state), path)


def maker(params: JoyVasaParams) -> Callable[[], Any]:
    """What builds the networks of these sizes."""
    from mien.nets.joyvasa.network import JoyVasaNetwork

    return lambda: JoyVasaNetwork(params)


def _sizes(state: State, path: Path) -> JoyVasaParams:
    """As the shapes tell. Where they make no sense the official ones, by which what is missing or
    odd is then named."""
    shapes = {key: tuple(tensor.shape) for key, tensor in state.items()}
    try:
        params = params_of(shapes)
    except KeyError:
        return JOYVASA
    except ValueError as error:
        raise WeightsError(path, str(error)) from None
    audio, denoiser = params.audio, params.denoiser
    if max(audio.num_layers, denoiser.num_layers) > _MOST_LAYERS:
        raise WeightsError(path, f"has more than {_MOST_LAYERS} layers; no published one has")
    if max(max(shape, default=0) for shape in shapes.values()) > _LARGEST_SIDE:
        raise WeightsError(path, "has tensors larger than any of JoyVASA")
    if denoiser.motion_size < NUM_NUMBERS:
        problem = f"makes {denoiser.motion_size} numbers for each frame; {NUM_NUMBERS} are needed"
        raise WeightsError(path, problem)
    if denoiser.num_positions <= denoiser.num_tokens or denoiser.num_times <= params.num_steps:
        raise WeightsError(path, "has tables that are shorter than its windows or its schedule")
    return params


def _check_constants(network: Any, path: Path) -> None:
    """The one thing that attention to speech is taken for, and a schedule that can be undone."""
    import torch

    denoiser = network.denoising_net
    if not torch.equal(denoiser.alignment_mask, ~torch.eye(len(denoiser.alignment_mask)).bool()):
        raise WeightsError(path, "attends to more speech than that of the same frame")
    left = network.diffusion_sched.alpha_bars
    falls = bool((left[1:] < left[:-1]).all()) and float(left[-1]) > 0.0
    if len(left) < 2 or not falls or float(left[0]) != 1.0:
        raise WeightsError(path, "has a schedule of noise that cannot be undone")
