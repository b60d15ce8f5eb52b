"""Weights listed, fetched, checked and made ready: what ``mien models`` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mien.drivers.joyvasa import JoyVasa
from mien.engines.base import engine_info
from mien.errors import OptionError, WeightsError
from mien.pipeline.engine_choice import models_folder
from mien.retouch.musetalk.memory import expected_memory_mb
from mien.retouch.musetalk.settings import DEFAULT_SETTINGS
from mien.weights import (
    BUNDLES,
    Bundle,
    Found,
    bundle_named,
    by_network,
    find_weights,
    locate,
)
from mien.weights.download import FetchedCallback, download
from mien.weights.places import layout_root


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A row of the table: a file of a bundle, and where it is, None if it is missing.

    bytes: of the file that is here, else about how much there is to fetch, None = not known.
    memory_mb: what the networks of the bundle need together while they work; 0 for files that
    nothing uses.
    """

    bundle: str
    name: str
    holds: str
    repository: str
    file: str
    licence: str
    required: bool
    bytes: int | None
    path: str | None
    memory_mb: int


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that was looked through, and what is wrong with it, None for nothing."""

    path: str
    problem: str | None


def chosen_models_dir(option: str | None) -> Path | None:
    """The folder of models: as the option says, else the environment, else none."""
    return models_folder(None if option is None else Path(option))


def list_models(models_dir: Path | None) -> list[ModelFile]:
    """All files of all bundles. Reads none of them."""
    return [
        _row(bundle, found) for bundle in BUNDLES.values() for found in locate(bundle, models_dir)
    ]


def model_paths(name: str, models_dir: Path | None) -> dict[str, str]:
    """Where the files of a bundle are, by what they are called in it. MissingWeightsError unless
    all those are here that it cannot do without."""
    found = find_weights(bundle_named(name), models_dir)
    return {each: str(path) for each, path in found.items()}


def download_models(
    name: str,
    models_dir: Path | None,
    *,
    force: bool = False,
    progress: FetchedCallback | None = None,
) -> list[str]:
    """Fetch what of a bundle is not here, with ``force`` all of it; the paths of all its files.

    To ``models_dir`` in upstream's layout, else to the Hugging Face cache.
    """
    bundle = bundle_named(name)
    here = {} if force else _here(bundle, models_dir)
    wanted = [each for each in bundle.artifacts if each.name not in here]
    fetched = download(wanted, models_dir=models_dir, force=force, progress=progress)
    here |= {artifact.name: path for artifact, path in zip(wanted, fetched, strict=True)}
    return [str(here[each.name]) for each in bundle.artifacts]


def verify_models(name: str, models_dir: Path | None) -> Iterator[CheckedFile]:
    """Look through the files of a bundle, one after the other: keys, shapes, numbers, sha256.

    After the last one WeightsError if any was bad, MissingWeightsError if required ones are not
    here.
    """
    from mien.pipeline.model_checks import check_model

    bundle, bad = bundle_named(name), []
    for found in locate(bundle, models_dir):
        if found.path is None:
            continue
        checked = CheckedFile(str(found.path), check_model(found.artifact, found.path))
        bad += [checked] if checked.problem else []
        yield checked
    if bad:
        others = f"; {len(bad) - 1} more are bad, too" if len(bad) > 1 else ""
        raise WeightsError(bad[0].path, f"{bad[0].problem}{others}")
    find_weights(bundle, models_dir)


def export_onnx(
    models_dir: Path | None,
    output: str,
    *,
    force: bool = False,
    progress: Callable[[str], None] = lambda name: None,
) -> list[str]:
    """Write LivePortrait's networks for humans as the files of ``liveportrait-onnx`` below the
    folder of models ``output``; their paths. ``progress`` is told each file's name before.

    Raises WeightsError, OutputError, EngineUnavailableError naming the packages it needs.
    """
    from mien.engines.liveportrait.loading import load_networks
    from mien.engines.liveportrait.runtimes.networks import Networks

    official, onnx = BUNDLES["liveportrait"], BUNDLES["liveportrait-onnx"]
    files = find_weights(official, models_dir)
    networks = Networks(**load_networks(by_network(files, official)))
    from mien.engines.liveportrait.onnx_export import export_onnx as export  # needs torch

    folder = Path(output, onnx.artifacts[0].path).parent
    return [str(path) for path in export(networks, folder, force=force, progress=progress)]


def build_tensorrt(name: str, models_dir: Path | None) -> list[str]:
    """Make TensorRT's engines of the ONNX files of a bundle, beside them; their folders.

    EngineUnavailableError where onnxruntime has no TensorRT.
    """
    from mien.engines.liveportrait.tensorrt import build_engine, check_tensorrt

    bundle = bundle_named(name)
    if not all(each.path.endswith(".onnx") for each in bundle.artifacts):
        raise OptionError("models", f"{name} holds no ONNX files; liveportrait-onnx does")
    check_tensorrt()
    folders = [build_engine(path) for path in find_weights(bundle, models_dir).values()]
    return sorted({str(folder) for folder in folders})


def bytes_to_fetch(name: str, models_dir: Path | None, *, force: bool = False) -> int | None:
    """About how much of a bundle is not here, with ``force`` all of it; None = not known."""
    bundle = bundle_named(name)
    here = {} if force else _here(bundle, models_dir)
    sizes = [each.content_bytes for each in bundle.artifacts if each.name not in here]
    return None if None in sizes else sum(each for each in sizes if each)


def licences(name: str) -> str:
    """Those of the files of a bundle."""
    return ", ".join(sorted({each.licence for each in bundle_named(name).artifacts}))


def _here(bundle: Bundle, models_dir: Path | None) -> dict[str, Path]:
    """The files of a bundle that need not be fetched; for a folder of models those in it alone."""
    if models_dir is not None and not models_dir.exists():
        return {}
    found = {each.artifact: each.path for each in locate(bundle, models_dir) if each.path}
    return {
        artifact.name: path
        for artifact, path in found.items()
        if models_dir is None
        or path.absolute().is_relative_to(layout_root(models_dir, artifact.repository).absolute())
    }


def _row(bundle: Bundle, found: Found) -> ModelFile:
    artifact, path = found.artifact, found.path
    return ModelFile(
        bundle=bundle.name,
        name=artifact.name,
        holds=artifact.holds,
        repository=artifact.repository.id,
        file=artifact.path,
        licence=artifact.licence,
        required=artifact.required,
        bytes=artifact.content_bytes if path is None else path.stat().st_size,
        path=None if path is None else str(path),
        memory_mb=_memory_mb(bundle),
    )


def _memory_mb(bundle: Bundle) -> int:
    if not bundle.used:
        return 0
    if bundle.engine == "joyvasa":
        return JoyVasa.memory_mb
    if bundle.engine == "musetalk":
        return expected_memory_mb(DEFAULT_SETTINGS)
    return engine_info(bundle.engine).memory_mb
