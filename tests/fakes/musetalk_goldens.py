"""What MuseTalk's own libraries computed: its cases, found by their indices, and how to compare.

The cases are the project's own, or those of the folder ``musetalk`` in ``$MIEN_GOLDEN_DIR``; the
configurations and manifests are always the project's.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

OWN = Path(__file__).resolve().parents[1] / "golden" / "data" / "musetalk"
Kind = Literal["painting", "hearing", "parsing"]
_RELATIVE, _OF_SPREAD = 1e-3, 2e-4
"""Tolerances: of a value, and of the spread of all."""
_SAMPLES = 2048


@dataclass(frozen=True, slots=True)
class Case:
    """One index and the arrays beside it."""

    name: str
    facts: dict[str, Any]
    path: Path

    @property
    def kind(self) -> Kind | None:
        """Which networks it is about, None for what is no case."""
        if "outputs" not in self.facts:
            return None
        if "unet_config" in self.facts:
            return "painting"
        return "hearing" if "n_samples" in self.facts else "parsing"

    @property
    def seed(self) -> int:
        return int(self.facts["seed"])

    def drawn(self, name: str, shape: Any, scale: float = 1.0) -> torch.Tensor:
        """An input of this name."""
        seeded = np.random.PCG64(zlib.crc32(f"{self.seed}:input:{name}".encode()))
        values = np.random.Generator(seeded).standard_normal(tuple(shape)) * scale
        return torch.from_numpy(values.astype(np.float32))

    def stated(self, sentence: str) -> torch.Tensor:
        """An input described as ``mel (1,80,3000) scale 0.5``."""
        found = re.match(r"(\w+) \(([\d, ]+)\) scale ([\d.]+)", sentence)
        assert found, sentence
        shape = [int(each) for each in found[2].split(",")]
        return self.drawn(found[1], shape, float(found[3]))

    def assert_same(self, name: str, actual: Any) -> None:
        """An output against what is stored of it: its shape, statistics and sampled values."""
        actual = np.asarray(actual)
        with np.load(self.path.with_suffix(".npz"), allow_pickle=False) as stored:
            wanted = {
                k.partition("/")[2]: stored[k] for k in stored.files if k.startswith(name + "/")
            }
        assert actual.shape == tuple(wanted["shape"]), name
        flat = actual.astype(np.float64).ravel()
        at = np.random.Generator(np.random.PCG64(12345)).integers(0, flat.size, _SAMPLES)
        spread = float(wanted["std"])
        tolerances = {"rtol": _RELATIVE, "atol": _OF_SPREAD * spread, "err_msg": name}
        np.testing.assert_allclose(flat[at], wanted["values"], **tolerances)
        made = [flat.mean(), flat.std(), np.linalg.norm(flat) / np.sqrt(flat.size)]
        stated = [wanted["mean"], spread, float(wanted["l2"]) / np.sqrt(flat.size)]
        np.testing.assert_allclose(made, stated, **tolerances)


def cases(kind: Kind) -> list[Case]:
    """All of this kind in the folder."""
    return [each for each in _all_cases() if each.kind == kind]


def configuration(name: str) -> dict[str, Any]:
    """A file of the project's own copy: sizes of networks, a manifest."""
    return _read(OWN / name)


def sizes(name: str) -> dict[str, Any]:
    """Of a network, without what diffusers notes for itself."""
    return {key: value for key, value in configuration(name).items() if key[0] != "_"}


def _all_cases() -> Iterator[Case]:
    chosen = os.environ.get("MIEN_GOLDEN_DIR")
    folder = Path(chosen) / "musetalk" if chosen else OWN
    for path in sorted(folder.glob("*.json")):
        if path.with_suffix(".npz").is_file():
            yield Case(path.stem, _read(path), path)


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf-8")))
