"""PersonaLive's networks filled from files of weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from mien.engines.personalive.modules import MAKERS, NAME, Modules, require_neural
from mien.engines.personalive.shapes import motion_encoder_sizes, motion_extractor_sizes
from mien.engines.personalive.sizes import PUBLISHED, Sizes
from mien.engines.personalive.states import STATES, read_whole, spatial_state, temporal_state
from mien.engines.settings import EngineSettings
from mien.errors import WeightsError
from mien.weights import Artifact, bundle_named, by_network, find_weights, load_strict
from mien.weights.advice import advised
from mien.weights.autoencoder import TINY, check_tiny
from mien.weights.configs import made_of, read_config
from mien.weights.containers import check_checksums
from mien.weights.neural import Module
from mien.weights.strict import filled

_DENOISING, _TEMPORAL = "denoising_unet", "temporal_module"
_PICTURE_PER_LATENT = 8
"""What the pose guider and all sizes of pictures count on."""
_ADVICE = (
    f"`mien models download {NAME} --force` gets all of it again; --engine mesh works now, "
    "without any"
)
_CONFIGS = {
    "unet": "unet-config",
    "vae": "vae-config",
    "image_encoder": "image-encoder-config",
}
"""Field of :class:`Sizes` -> the file that says them."""


def load_modules(settings: EngineSettings) -> Modules:
    """The networks with the weights of this machine.

    The sizes are those of the files of configuration, where they are here. Raises
    MissingWeightsError, WeightsError, EngineUnavailableError naming the package that is missing.
    """
    require_neural()
    files = find_files(settings)
    with advised(_ADVICE):
        sizes = read_sizes(files)
        wanted = [name for name in MAKERS if name != TINY or settings.decoder == TINY]
        return Modules(**{name: _load(name, files, sizes) for name in wanted})


def load_network(network: str, files: Mapping[str, Path]) -> Module:
    """One of them, of the field of this name in :class:`Modules`, of those files of
    :func:`find_files`. Raises as :func:`load_modules`."""
    with advised(_ADVICE):
        return _load(network, files, read_sizes(files))


def find_files(settings: EngineSettings) -> dict[str, Path]:
    """The files that are here: network, ``temporal_module`` or what `mien.weights` calls a file of
    sizes -> its path. Reads none of them. MissingWeightsError if one is not that is needed."""
    bundle = bundle_named(NAME)
    found = find_weights(bundle, settings.models_dir)
    if settings.decoder == TINY:
        check_tiny(bundle, found, settings.models_dir)
    return found | {network: path for network, (path, _) in by_network(found, bundle).items()}


def read_sizes(files: Mapping[str, Path]) -> Sizes:
    """As the files of configuration say that are among ``files``, else as published. WeightsError
    for what is none, or where networks of these sizes do not fit together."""
    said: dict[str, Any] = {
        field: read_config(files[name], getattr(PUBLISHED, field))
        for field, name in _CONFIGS.items()
        if name in files
    }
    sizes = replace(PUBLISHED, **said)
    if said:
        _check_fit(sizes, files[_CONFIGS[next(iter(said))]])
    return sizes


def check_file(artifact: Artifact, path: Path) -> None:
    """WeightsError if the file is not what it should be, down to its checksums; the sizes are those
    of the configurations beside it, in a folder of models. EngineUnavailableError without the
    packages."""
    with advised(_ADVICE):
        sizes = _sizes_for(artifact, path)
        if not artifact.parts:
            return
        require_neural()
        check_checksums(path)
        (network,) = artifact.parts
        if network in (_DENOISING, _TEMPORAL):
            read = spatial_state if network == _DENOISING else temporal_state
            read(path, _empty(_DENOISING, sizes, path).state_dict())
        else:
            _load(network, {network: path}, sizes)


def _load(network: str, files: Mapping[str, Path], sizes: Sizes) -> Module:
    path = files[network]
    if network == _DENOISING:
        return _load_denoising(path, files[_TEMPORAL], sizes)
    state = read_whole(path)
    if network == "motion_encoder":
        sizes = replace(sizes, motion_encoder=motion_encoder_sizes(state))
    elif network == "motion_extractor":
        sizes = replace(sizes, motion_extractor=motion_extractor_sizes(state))
    empty = _empty(network, sizes, path)
    state = STATES[network](state, path, empty.state_dict())
    return load_strict(lambda: empty, state, path)


def _load_denoising(path: Path, temporal: Path, sizes: Sizes) -> Module:
    """Of two files; where both have a tensor, the second one's counts."""
    empty = _empty(_DENOISING, sizes, path)
    needed = empty.state_dict()
    return filled(empty, spatial_state(path, needed) | temporal_state(temporal, needed))


def _empty(network: str, sizes: Sizes, path: Path) -> Module:
    """The network without memory. WeightsError where there is none of these sizes."""
    return made_of(partial(MAKERS[network], sizes), path)


def _sizes_for(artifact: Artifact, path: Path) -> Sizes:
    """Those that the file of an artifact is looked through with."""
    for field, name in _CONFIGS.items():
        if name == artifact.name:
            read_config(path, getattr(PUBLISHED, field))
    try:
        return read_sizes(_beside(artifact, path))
    except WeightsError as error:
        if error.path == str(path):
            raise
        raise WeightsError(path, f"depends on another file: {error}") from None


def _beside(artifact: Artifact, path: Path) -> dict[str, Path]:
    """The files of sizes in the folder of models that the file of an artifact lies in."""
    place, path = artifact.place, path.absolute()
    folder = path.parents[len(place.parts) - 1]
    others = {
        each.name: folder / each.place
        for each in bundle_named(NAME).artifacts
        if each.name in _CONFIGS.values() and folder / place == path.with_suffix(place.suffix)
    }
    return {name: other for name, other in others.items() if other.is_file()}


def _check_fit(sizes: Sizes, path: Path) -> None:
    """WeightsError where the networks do not fit together."""
    unet, vae, encoder = sizes.unet, sizes.vae, sizes.image_encoder
    latents = vae["latent_channels"]
    fits = unet["in_channels"] == unet["out_channels"] == latents
    halvings = len(vae["block_out_channels"]) - 1
    if (
        not fits
        or 2**halvings != _PICTURE_PER_LATENT
        or unet["cross_attention_dim"] != encoder["projection_dim"]
    ):
        raise WeightsError(path, "does not fit the networks beside it")
