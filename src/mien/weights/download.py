"""Weights fetched from the Hugging Face hub.

The hub's library knows addresses, tokens, offline mode and its cache. A download that broke off
goes on where it did, in the same run and in a later one: what has come stays, as ``.part``, named
after the version it belongs to. A file takes its place when it is whole and has the sha256 that
the hub gives for it, which it does for all large ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from mien.errors import OutputError
from mien.weights.artifacts import Artifact
from mien.weights.hub import Published, cache_folder, cached_file, published, register
from mien.weights.places import layout_root
from mien.weights.receiving import receive


@dataclass(frozen=True, slots=True)
class Fetched:
    """How far a file is: bytes ``done`` of ``total``."""

    file: str
    done: int
    total: int


FetchedCallback = Callable[[Fetched], None]


def download(
    artifacts: Iterable[Artifact],
    *,
    models_dir: Path | None = None,
    force: bool = False,
    progress: FetchedCallback | None = None,
) -> list[Path]:
    """Fetch files that are not there yet (``force``: all) and return where they are.

    They go to the Hugging Face cache, or to ``models_dir`` in upstream's layout; folders are made.
    DownloadError for what cannot be had, OutputError for what cannot be written.
    """
    return [_download(each, models_dir, force, progress) for each in artifacts]


def _download(
    artifact: Artifact, models_dir: Path | None, force: bool, progress: FetchedCallback | None
) -> Path:
    there = _place(artifact, models_dir)
    if there is not None and there.is_file() and not force:
        return there
    version = _published(artifact)
    place = version.blob if models_dir is None else there
    assert place is not None

    def report(done: int, total: int) -> None:
        if progress is not None:
            progress(Fetched(artifact.file, done, total))

    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        receive(version, place, report, replace=force)
        return register(artifact.repository.id, artifact.path) if models_dir is None else place
    except OSError as error:
        raise OutputError(place, f"cannot be written: {error.strerror or error}") from None


def _published(artifact: Artifact) -> Published:
    try:
        return published(artifact.repository.id, artifact.path)
    except OSError as error:  # the hub's library keeps its token beside the cache
        problem = f"the cache cannot be there: {error.strerror or error}; change HF_HOME"
        raise OutputError(cache_folder(), problem) from None


def _place(artifact: Artifact, models_dir: Path | None) -> Path | None:
    """Where the file belongs, or where it lies in the cache, None if it does not."""
    if models_dir is None:
        return cached_file(artifact.repository.id, artifact.path)
    return layout_root(models_dir, artifact.repository) / artifact.place
