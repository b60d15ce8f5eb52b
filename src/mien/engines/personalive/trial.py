"""PersonaLive's networks measured: how fast they are here, and beside what the libraries do with
the same weights in float32, nothing known before, in the same run."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from mien.checks import check_whole
from mien.engines.personalive.compiling import check_compiling
from mien.engines.personalive.loading import load_modules
from mien.engines.personalive.modules import Modules, recipe_modules, require_neural
from mien.engines.personalive.sizes import PUBLISHED, reduced_sizes
from mien.engines.settings import RESOLUTION_STEP, EngineSettings
from mien.errors import MissingWeightsError, OptionError
from mien.weights.devices import device_of
from mien.weights.trials import differences

if TYPE_CHECKING:
    from mien.engines.personalive.timing import Costs

Weights = Literal["installed", "recipe", "given"]


@dataclass(frozen=True, slots=True)
class PersonaLiveFigures:
    """What was measured.

    weights: of this machine, or made up by the recipe, which take as long. reduced: whether the
    networks and their pictures are small ones, which only tell what a way to run them saves.
    resolution: side of the pictures, pixels. ours: the networks as these settings run them. plain:
    the libraries' layers as they are, float32, references put beside the tokens of each call; None
    if it was not asked for. ratio: how many times longer plain takes for a chunk. psnr_db,
    mean_levels: of a chunk that was drawn against plain's, the latter in levels of 255; with
    weights of the recipe pictures are noise, and differ more. memory_mb: the most of a card that
    was held, plain not counted; else what the weights take.
    """

    weights: Weights
    reduced: bool
    device: str
    number: str
    resolution: int
    steps: int
    guidance: float
    decoder: str
    ours: Costs
    frames_per_second: float
    plain: Costs | None
    ratio: float | None
    psnr_db: float | None
    mean_levels: float | None
    memory_mb: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def personalive_trial(
    settings: EngineSettings,
    *,
    rounds: int = 3,
    reduced: bool = False,
    plain: bool = True,
    made_up: bool = True,
    modules: Modules | None = None,
) -> PersonaLiveFigures:
    """Measure the networks with ``settings``, each step ``rounds`` times after one that does not
    count.

    reduced: small networks with weights from the recipe, and pictures of a quarter of the side.
    plain: beside the libraries' own way. made_up: whether weights that are not on this machine are
    replaced by the recipe's. modules: networks to measure in their place; they are taken over.

    Raises as :func:`mien.engines.personalive.opening.open_networks`; OptionError for networks as
    published with made-up weights on a processor.
    """
    check_whole("--iterations", rounds, least=1)
    require_neural()
    device = device_of(settings.device)
    _check_device(settings, device)
    weights: Weights = "given"
    if modules is None:
        _check_bearable(settings, device, reduced=reduced, made_up=made_up)
        modules, weights = _loaded(settings, reduced=reduced, made_up=made_up)
    from mien.engines.personalive.memory import forget_peak, measured_memory_mb
    from mien.engines.personalive.networks import PersonaLiveNetworks
    from mien.engines.personalive.timing import Material, measured
    from mien.engines.personalive.ways import Ours, Plain

    side = _reduced_side(settings.resolution) if reduced else settings.resolution
    material = Material.of(settings, side)
    before = None
    if plain:
        with closing(Plain(modules, device)) as way:
            before = measured(way, material, rounds)
    forget_peak(device)
    networks = PersonaLiveNetworks(modules, settings)
    ours, drawn = measured(Ours(networks), material, rounds)
    psnr_db, mean_levels = (None, None) if before is None else differences(before[1], drawn)
    return PersonaLiveFigures(
        weights=weights,
        reduced=reduced,
        device=device,
        number=networks.number,
        resolution=side,
        steps=settings.steps,
        guidance=settings.guidance,
        decoder=settings.decoder,
        ours=ours,
        frames_per_second=round(1000 * len(drawn) / ours.chunk_ms, 3),
        plain=None if before is None else before[0],
        ratio=None if before is None else round(before[0].chunk_ms / ours.chunk_ms, 2),
        psnr_db=psnr_db,
        mean_levels=mean_levels,
        memory_mb=measured_memory_mb(device) or networks.memory_mb,
    )


def _reduced_side(resolution: int) -> int:
    return max(RESOLUTION_STEP, resolution // 4 // RESOLUTION_STEP * RESOLUTION_STEP)


def _check_device(settings: EngineSettings, device: str) -> None:
    """OptionError, before anything is measured, for what the device does not do."""
    from mien.engines.personalive.precision import number_of

    number_of(settings.precision, device)
    check_compiling(settings, device)
    if settings.offload and device == "cpu":
        raise OptionError("--offload", "networks come to a card one by one; leave it out on cpu")


def _check_bearable(settings: EngineSettings, device: str, *, reduced: bool, made_up: bool) -> None:
    if reduced and settings.models_dir is not None:
        problem = "small networks have made-up weights; leave it or --models-dir out"
        raise OptionError("--reduced", problem)
    if device == "cpu" and made_up and not reduced:
        problem = (
            "on a processor the published networks take minutes for each picture, and about 14 GB "
            "of memory; measure small ones with --reduced, or choose a card with --device"
        )
        raise OptionError("--reduced", problem)


def _loaded(settings: EngineSettings, *, reduced: bool, made_up: bool) -> tuple[Modules, Weights]:
    if not reduced:
        try:
            return load_modules(settings), "installed"
        except MissingWeightsError:
            if not made_up:
                raise
    sizes = reduced_sizes() if reduced else PUBLISHED
    return recipe_modules(sizes=sizes, tiny=settings.decoder == "tiny"), "recipe"
