"""What LivePortrait's own code computed: its cases, found by their indices, and how to compare.

The cases are the project's own, or those of the folder ``liveportrait`` in ``$MIEN_GOLDEN_DIR``;
the manifest of the weights and the neutral lips are always the project's.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from mien.types import Floats

OWN = Path(__file__).resolve().parents[1] / "golden" / "data" / "liveportrait"
Arrays = dict[str, Floats]


def folder() -> Path:
    """Where the cases are."""
    chosen = os.environ.get("MIEN_GOLDEN_DIR")
    return Path(chosen) / "liveportrait" if chosen else OWN


def index(name: str) -> dict[str, Any]:
    """An index of cases such as ``motion_index.json``; empty where the folder has none."""
    path = folder() / name
    return _read(path) if path.is_file() else {}


def configuration(name: str) -> dict[str, Any]:
    """A file of the project's own copy: ``manifest.json``, ``lip_array.json``."""
    return _read(OWN / name)


def recipe_gains(network: str) -> dict[str, float]:
    """The gains that differ from 1, by the key of the weight: of the cases, else our own."""
    stated = index("net_index.json") or configuration("net_index.json")
    return dict(stated["gain_key_overrides"].get(network, {}))


def arrays(name: str) -> Arrays:
    """The arrays of one file of the cases."""
    with np.load(folder() / name, allow_pickle=False) as stored:
        return {key: stored[key] for key in stored.files}


def assert_as_stored(actual: Any, stored: Arrays, name: str, *, atol: float) -> None:
    """``actual`` against the shape, the statistics and the sampled values (or all of them) that
    are stored of an output."""
    actual = np.asarray(actual)
    assert actual.shape == tuple(stored[f"{name}__shape"]), name
    flat = actual.astype(np.float64).ravel()
    if f"{name}__full" in stored:
        _assert_near(flat, stored[f"{name}__full"].ravel(), name, atol)
    rng = np.random.Generator(np.random.PCG64(12345))
    sampled = flat[rng.integers(0, flat.size, 2048)]
    _assert_near(sampled, stored[f"{name}__vals"], name, atol)
    made = np.array([flat.mean(), flat.std(), np.linalg.norm(flat)])
    wanted = stored[f"{name}__stats"]
    # no more than what values off by atol can bring about, and the rounding of the sums
    allowed = atol * np.array([1.0, 1.0, np.sqrt(flat.size)]) + 1e-6 * np.abs(wanted)
    assert (np.abs(made - wanted) <= allowed).all(), f"{name}: {made} is not {wanted}"


def _assert_near(actual: Floats, wanted: Floats, name: str, atol: float) -> None:
    np.testing.assert_allclose(actual, wanted, rtol=0, atol=atol, err_msg=name)


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))
