"""Weights rewritten as safetensors: what ``mien models convert`` does."""

from __future__ import annotations

import filecmp
from dataclasses import dataclass
from pathlib import Path

from mien.errors import OptionError, WeightsError
from mien.weights import Artifact, bundle_named, find_weights


@dataclass(frozen=True, slots=True)
class _Step:
    """A file to read, and the one that is to be there in the end: the same where it stays."""

    artifact: Artifact
    source: Path
    place: Path


def convert_models(
    name: str, models_dir: Path | None, output: str | None, *, force: bool = False
) -> list[str]:
    """Write the PyTorch files of a bundle as safetensors, beside them; or all its files, the others
    as they are, to the folder of models ``output``, which needs no other then. The paths of what
    was written, or was there.

    What is converted already stays, unless ``force``. Nothing is written unless all files of the
    bundle that are here are good (:func:`mien.pipeline.verbs.modelling.verify_models`). Raises
    MissingWeightsError, WeightsError, OutputError, EngineUnavailableError.
    """
    bundle = bundle_named(name)
    paths = find_weights(bundle, models_dir)
    here = [each for each in bundle.artifacts if each.name in paths]
    if not any(each.parts for each in here):
        raise OptionError("models", f"{name} holds no PyTorch files; there is nothing to convert")
    steps = [_step(each, paths[each.name], output, force=force) for each in here]
    for step in steps:
        _check(step, force=force)
    # Files of sizes come first: a run that was interrupted reads by them what is there already.
    for step in sorted(steps, key=lambda each: bool(each.artifact.parts)):
        _write(step, force=force)
    return [str(each.place) for each in steps if output is not None or each.artifact.parts]


def _step(artifact: Artifact, path: Path, output: str | None, *, force: bool) -> _Step:
    place = path if output is None else Path(output) / artifact.place
    if not artifact.parts:
        return _Step(artifact, place if _is_same(path, place) else path, place)
    place = place.with_suffix(".safetensors")
    published = path.with_suffix(artifact.place.suffix)
    source = published if place == path and published.is_file() else path
    stays = not force and _is_newer(place, source)
    return _Step(artifact, place if stays else source, place)


def _check(step: _Step, *, force: bool) -> None:
    from mien.pipeline.model_checks import check_model

    if problem := check_model(step.artifact, step.source):
        converted = step.artifact.parts and step.source == step.place and not force
        anew = ", or write it anew with --force" if converted else ""
        raise WeightsError(step.source, f"{problem}{anew}")


def _write(step: _Step, *, force: bool) -> None:
    from mien.weights.conversion import convert, copy

    if step.source != step.place:
        write = convert if step.artifact.parts else copy
        write(step.source, step.place, force=force)


def _is_same(path: Path, place: Path) -> bool:
    """Whether the copy is there."""
    try:
        return filecmp.cmp(path, place, shallow=False)
    except OSError:  # nothing is there
        return False


def _is_newer(place: Path, source: Path) -> bool:
    """Whether a file is there that was made of the source, by its age."""
    try:
        return place.is_file() and place.stat().st_mtime >= source.stat().st_mtime
    except OSError:  # a name that is too long, which is told when the file is written
        return False
