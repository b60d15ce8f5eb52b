"""MuseTalk's networks filled from files of weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mien.errors import WeightsError
from mien.retouch.musetalk.modules import MAKERS, NAME, Modules, require_neural
from mien.retouch.musetalk.settings import MuseTalkSettings
from mien.retouch.musetalk.states import STATES
from mien.weights import Artifact, bundle_named, find_weights, load_strict, read_state
from mien.weights.advice import advised
from mien.weights.autoencoder import check_tiny
from mien.weights.configs import made_of, read_config
from mien.weights.containers import check_checksums
from mien.weights.neural import Module

_ALWAYS = ("unet", "vae", "hearing")
_ADVICE = (
    f"`mien models download {NAME} --force` gets all of it again; without MuseTalk, --engine mesh "
    "with Mien's own speech driver works now"
)

_OF_TINY = 4, 8
"""What the small decoder was taught: channels of latents, and how much smaller than pictures."""


def load_modules(settings: MuseTalkSettings) -> Modules:
    """The networks with the weights of this machine.

    The sizes are those of the files of configuration, where they are here. Raises
    MissingWeightsError, WeightsError, EngineUnavailableError naming the package that is missing.
    """
    require_neural()
    files = find_files(settings)
    made = {name: load_module(name, files) for name in _ALWAYS}
    optional = ("parsing", *(("tiny",) if settings.decoder == "tiny" else ()))
    made |= {name: load_module(name, files) for name in optional if name in files}
    modules = Modules(**made)
    _check_fit(modules, files["unet"])
    return modules


def find_files(settings: MuseTalkSettings) -> dict[str, Path]:
    """The files that are here, by what `mien.weights` calls them. Reads none of them.
    MissingWeightsError if one is not that is needed."""
    bundle = bundle_named(NAME)
    files = find_weights(bundle, settings.models_dir)
    if settings.decoder == "tiny":
        check_tiny(bundle, files, settings.models_dir)
    return files


def load_module(name: str, files: Mapping[str, Path]) -> Module:
    """One network, of the field of this name in :class:`Modules`, from its file, of the sizes in
    ``NAME-config`` where that is among the files. Raises as :func:`load_modules`."""
    path, config_path = files[name], files.get(f"{name}-config")
    make, published = MAKERS[name]
    with advised(_ADVICE):
        config = published if config_path is None else read_config(config_path, published)
        empty = made_of(lambda: make(config), config_path or path)
        return load_strict(lambda: empty, STATES[name](read_state(path), path), path)


def check_file(artifact: Artifact, path: Path) -> None:
    """WeightsError if the file is not what it should be, down to its checksums; the sizes are those
    of the configuration beside it, if there is one. EngineUnavailableError without the packages."""
    name = artifact.name.removesuffix("-config")
    if not artifact.parts:
        with advised(_ADVICE):
            read_config(path, MAKERS[name][1])
        return
    require_neural()
    with advised(_ADVICE):
        check_checksums(path)
    files = {name: path}
    for other in bundle_named(NAME).artifacts:
        if other.name == f"{name}-config" and (beside := path.with_name(other.file)).is_file():
            files[other.name] = beside
    load_module(name, files)


def _check_fit(modules: Modules, path: Path) -> None:
    """WeightsError where the networks do not fit together."""
    unet, vae, hearing = (each.config for each in (modules.unet, modules.vae, modules.hearing))
    latents = vae.latent_channels
    side = vae.sample_size // 2 ** (len(vae.block_out_channels) - 1)
    halvings = 2 ** (len(unet.block_out_channels) - 1)
    fits = (unet.in_channels, unet.out_channels) == (2 * latents, latents)
    if not fits or unet.cross_attention_dim != hearing.d_model or side % halvings:
        raise WeightsError(path, f"does not fit the autoencoder or whisper beside it; {_ADVICE}")
    if modules.tiny is not None and (latents, vae.sample_size // side) != _OF_TINY:
        problem = "belongs to an autoencoder of other latents than --decoder tiny knows"
        raise WeightsError(path, f"{problem}; choose --decoder full")
