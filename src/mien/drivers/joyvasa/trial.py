"""JoyVASA made to be measured: how long a window takes, and what each saving brings and costs,
against the network as its paper writes it, in one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from mien.drivers.joyvasa.loading import Model, load_model
from mien.drivers.joyvasa.recipe import recipe_model
from mien.drivers.joyvasa.settings import DEFAULT_SETTINGS, JoyVasaSettings, Precision
from mien.errors import MissingWeightsError
from mien.nets.joyvasa.params import FRAMES_PER_S, SAMPLES_PER_FRAME
from mien.types import Floats

if TYPE_CHECKING:
    from torch import Tensor

    from mien.drivers.joyvasa.making import PlacedNetwork

_FEW_STEPS = 10


@dataclass(frozen=True, slots=True)
class Lap:
    """One way to make a window. ms: the median. ratio: how many times as fast as the plain way in
    the same run. error: the furthest that a number of the motion is off, in standard deviations of
    the expression; None for a way that makes another motion on purpose."""

    name: str
    ms: float
    ratio: float
    error: float | None


@dataclass(frozen=True, slots=True)
class JoyVasaFigures:
    """What was measured. window_s: of speech in a window. hear_ms: HuBERT, which all ways need
    once."""

    weights: Literal["installed", "recipe"]
    device: str
    window_s: float
    hear_ms: float
    laps: tuple[Lap, ...]


def joyvasa_trial(
    settings: JoyVasaSettings = DEFAULT_SETTINGS,
    *,
    rounds: int = 3,
    made_up: bool = True,
    model: Callable[[JoyVasaSettings], Model] | None = None,
) -> JoyVasaFigures:
    """Measure a window of speech: attention to speech in every step by PyTorch's own layers
    (``plain``), computed once (``collapsed``), in half the precision, without guidance, and in ten
    steps.

    made_up: whether weights that are not here are replaced by others that take as long; ``model``
    makes them. rounds: of all ways, one after the other. Raises as :class:`JoyVasa`.
    """
    exact = replace(settings, precision="fp32")
    loaded, weights = _loaded(exact, model or recipe_model, made_up=made_up)
    window = loaded.placed.params.denoiser.window
    sound = _noise(window * SAMPLES_PER_FRAME)
    ways = _ways(loaded.placed, exact, sound)
    for half in _halves(loaded.placed.device.type):
        other, _ = _loaded(replace(exact, precision=half), model or recipe_model, made_up=made_up)
        ways[f"collapsed, {half}"] = _way(other.placed, exact, sound)
    hearing = [_timed(loaded.placed, lambda: _heard(loaded.placed, sound))[0] for _ in range(3)]
    return JoyVasaFigures(
        weights=weights,
        device=str(loaded.placed.device),
        window_s=window / FRAMES_PER_S,
        hear_ms=round(median(hearing), 2),
        laps=_laps(loaded.placed, ways, rounds, f"{_FEW_STEPS} steps", "no guidance"),
    )


def _ways(
    placed: PlacedNetwork, settings: JoyVasaSettings, sound: Floats
) -> dict[str, Callable[[], Tensor]]:
    few = min(_FEW_STEPS, settings.steps)
    return {
        "plain": _way(placed, settings, sound, _AsWritten),
        "collapsed": _way(placed, settings, sound),
        "no guidance": _way(placed, replace(settings, guidance=1.0), sound),
        f"{_FEW_STEPS} steps": _way(placed, replace(settings, steps=few), sound),
    }


class _AsWritten:
    """The denoiser by PyTorch's own layers: what was heard is attended to in every step."""

    def __init__(self, denoiser: Any) -> None:
        self._denoiser = denoiser
        self.feature_proj = denoiser.feature_proj

    def heard(self, speech: Tensor) -> Tensor:
        return speech

    def __call__(self, motion: Tensor, speech: Tensor, time: int, positions: Any) -> Any:
        import torch

        times = torch.full((len(motion),), time, device=motion.device)
        return self._denoiser.plain(motion, speech, times, positions)


def _way(
    placed: PlacedNetwork,
    settings: JoyVasaSettings,
    sound: Floats,
    seen_as: Callable[[Any], Any] = lambda denoiser: denoiser,
) -> Callable[[], Tensor]:
    """Makes a window; each time the same one."""
    from mien.nets.joyvasa.sampling import Context, denoise, plan_steps

    network, params = placed.network, placed.params.denoiser
    left = network.diffusion_sched.alpha_bars.double().tolist()
    steps = plan_steps(left, min(settings.steps, placed.params.num_steps))
    speech = _heard(placed, sound)
    before = network.start_audio_feat[0], network.start_motion_feat[0]
    shape = (params.window, params.motion_size)

    def make() -> Tensor:
        import torch

        draw = np.random.Generator(np.random.PCG64(0))

        def noise() -> Tensor:
            drawn = torch.from_numpy(draw.standard_normal(shape).astype(np.float32))
            return drawn.to(placed.device)

        *_, motion = denoise(
            seen_as(network.denoising_net),
            Context(speech, *before, network.null_audio_feat[0]),
            noise(),
            noise,
            steps=steps,
            guidance=settings.guidance,
            positions=settings.positions,
        )
        return motion

    return make


def _laps(
    placed: PlacedNetwork,
    ways: Mapping[str, Callable[[], Tensor]],
    rounds: int,
    *others: str,
) -> tuple[Lap, ...]:
    times: dict[str, list[float]] = {name: [] for name in ways}
    made = {name: _timed(placed, way)[1] for name, way in ways.items()}  # which also warms up
    for _ in range(rounds):
        for name, way in ways.items():
            times[name].append(_timed(placed, way)[0])
    plain_ms = median(times["plain"])
    return tuple(
        Lap(
            name,
            round(median(taken), 2),
            round(plain_ms / median(taken), 2),
            None if name in others else float((made[name] - made["plain"]).abs().max()),
        )
        for name, taken in times.items()
    )


def _timed(placed: PlacedNetwork, make: Callable[[], Tensor]) -> tuple[float, Tensor]:
    """Milliseconds, and what was made."""
    with placed.enough_memory("measuring"):
        start = perf_counter()
        made = make()
        made.flatten()[0].item()  # waits until it is there
        return (perf_counter() - start) * 1000, made


def _heard(placed: PlacedNetwork, sound: Floats) -> Tensor:
    with placed.enough_memory("hearing"):
        return placed.hear(np.asarray(sound, np.float32))


def _halves(device: str) -> tuple[Precision, ...]:
    return ("bf16",) if device == "cpu" else ("fp16", "bf16")


def _noise(count: int) -> Floats:
    return (0.05 * np.random.Generator(np.random.PCG64(0)).standard_normal(count)).astype(
        np.float32
    )


def _loaded(
    settings: JoyVasaSettings, made_up_model: Callable[[JoyVasaSettings], Model], *, made_up: bool
) -> tuple[Model, Literal["installed", "recipe"]]:
    try:
        return load_model(settings), "installed"
    except MissingWeightsError:
        if not made_up:
            raise
    return made_up_model(settings), "recipe"
