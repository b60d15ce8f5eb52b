"""Where weights lie on this machine.

Looked for in this order, each file by itself:

1. the folder of models that was chosen;
2. a checkout of upstream's in the working folder;
3. the Hugging Face cache.

A folder of models is a checkout of upstream's, its folder of weights (``pretrained_weights`` of
LivePortrait, ``checkpoints`` of FasterLivePortrait), or the folder within that which holds the
files of one system (``liveportrait``): the layout below stays as upstream has it. Where a
``.safetensors`` lies beside a ``.pth``, ``.pt`` or ``.bin``, of the same name and no older, it is
taken instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mien.errors import MissingWeightsError, OptionError, WeightsError
from mien.weights.artifacts import BUNDLES, Artifact, Bundle, Repository
from mien.weights.containers import is_file
from mien.weights.hub import cache_folder, cached_file

WORKING_FOLDER = Path()
_OF_PYTORCH = (".pth", ".pt", ".bin")


@dataclass(frozen=True, slots=True)
class Found:
    """An artifact, and its file on this machine, None where there is none."""

    artifact: Artifact
    path: Path | None


def locate(bundle: Bundle, models_dir: Path | None) -> tuple[Found, ...]:
    """Where the files of a bundle are, in the order of the bundle.

    OptionError if ``models_dir`` is no folder. WeightsError for a file that lies in the folder of
    another system than its own, as animals' weights in the place of humans', and for a folder or a
    device that lies in the place of a file.
    """
    if models_dir is not None and not _is_folder(models_dir):
        problem = f"{models_dir} is not a folder; --models-dir or MIEN_MODELS_DIR names it"
        raise OptionError("models", problem)
    return tuple(Found(each, _locate(each, models_dir)) for each in bundle.artifacts)


def find_weights(bundle: Bundle, models_dir: Path | None) -> dict[str, Path]:
    """The files of a bundle that are here, by the artifact's name.

    MissingWeightsError if a required one is not, naming what is missing, where it was looked for
    and how to get it. Else as :func:`locate`.
    """
    found = locate(bundle, models_dir)
    missing = [each.artifact for each in found if each.path is None and each.artifact.required]
    if missing:
        raise MissingWeightsError(
            bundle.engine, _problem(bundle, missing, models_dir), bundle.name, models_dir
        )
    return {each.artifact.name: each.path for each in found if each.path is not None}


def layout_root(folder: Path, repository: Repository) -> Path:
    """The folder below which files keep their repository's paths, if ``folder`` is a folder of
    models in one of the forms above."""
    if folder.resolve().name in _systems(repository):
        return folder.resolve().parent
    inner = folder / repository.checkout_folder
    return inner if inner.is_dir() else folder


def _locate(artifact: Artifact, models_dir: Path | None) -> Path | None:
    for folder in _folders(models_dir):
        for place in _places(artifact, folder):
            if found := _preferred(place):
                _check_system(artifact, found)
                return found
    if cached := cached_file(artifact.repository.id, artifact.path):
        return _preferred(cached)
    return (
        _locate(replace(artifact, path=artifact.also, also=""), models_dir)
        if artifact.also
        else None
    )


def _folders(models_dir: Path | None) -> Iterator[Path]:
    if models_dir is not None:
        yield models_dir
    yield WORKING_FOLDER


def _places(artifact: Artifact, folder: Path) -> Iterator[Path]:
    path = artifact.place
    yield folder / artifact.repository.checkout_folder / path
    if folder is WORKING_FOLDER:
        return
    yield layout_root(folder, artifact.repository) / path
    yield folder / path.relative_to(path.parts[0])  # the system's folder under another name


def _preferred(place: Path) -> Path | None:
    """The file there: converted, if that is no older, else as it was published."""
    published = place if is_file(place) else None
    if place.suffix not in _OF_PYTORCH:
        return published
    converted = place.with_suffix(".safetensors")
    if not is_file(converted):
        return published
    if published and converted.stat().st_mtime < published.stat().st_mtime:
        return published
    return converted


def _check_system(artifact: Artifact, path: Path) -> None:
    """Weights of humans and animals have the same shapes; only their folders tell them apart."""
    wanted = artifact.place.parts[0]
    others = _systems(artifact.repository) - {wanted}
    for folder in list(path.resolve().parents)[:2]:
        if folder.name in others:
            raise WeightsError(
                path, f"lies in {folder.name}, but the files of {wanted} are needed; give "
                "the folder that holds them, or choose the other species",
            )  # fmt: skip


def _systems(repository: Repository) -> frozenset[str]:
    """The folders at the top of a repository: ``liveportrait``, ``liveportrait_animals``..."""
    return frozenset(
        artifact.place.parts[0]
        for bundle in BUNDLES.values()
        for artifact in bundle.artifacts
        if artifact.repository == repository
    )


def _problem(bundle: Bundle, missing: list[Artifact], models_dir: Path | None) -> str:
    files = ", ".join(each.file for each in missing)
    checkout = missing[0].repository.checkout_folder
    looked = [f"./{checkout}", f"the Hugging Face cache ({cache_folder()})"]
    if models_dir is not None:
        looked.insert(0, str(models_dir))
    if not bundle.used:
        return (
            f"does without {bundle.name}, whose files are not here: {files}; looked in "
            f"{', '.join(looked)}; run `mien models download {bundle.name}` to have them"
        )
    return (
        f"its weights are not here: {files}; looked in {', '.join(looked)}"
        f"{_hint(bundle, models_dir)}; run `mien models download {bundle.name}`{_size(missing)}, "
        f"or name their folder with --models-dir or MIEN_MODELS_DIR; {bundle.instead}"
    )


def _size(missing: list[Artifact]) -> str:
    """Behind what fetches them."""
    size_mb = sum(each.content_bytes or 0 for each in missing) / 1e6
    if size_mb < 1:
        return ""
    return f" ({size_mb / 1000:.1f} GB)" if size_mb >= 1000 else f" ({size_mb:.0f} MB)"


def _hint(bundle: Bundle, models_dir: Path | None) -> str:
    """For a folder that is too deep within a folder of models."""
    if models_dir is None:
        return ""
    chosen = models_dir.resolve()
    systems = {artifact.place.parts[0] for artifact in bundle.artifacts}
    if len(systems) > 1 and chosen.name in systems:
        return f" (give {chosen.parent} in its place)"
    for artifact in bundle.artifacts:
        place = artifact.place.parent
        if len(place.parts) > 1 and chosen.parts[-len(place.parts) :] == place.parts:
            return f" (give {chosen.parents[len(place.parts) - 2]} in its place)"
    return ""


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, a folder that may not be looked into
        return False


def by_network(found: Mapping[str, Path], bundle: Bundle) -> dict[str, tuple[Path, str]]:
    """Network -> its file and the key of its state there, of what :func:`find_weights` found."""
    return {
        network: (found[artifact.name], key)
        for artifact in bundle.artifacts
        if artifact.name in found
        for network, key in artifact.parts.items()
    }
