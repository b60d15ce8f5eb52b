from __future__ import annotations

import json
import zlib

import numpy as np
import pytest

from fakes.liveportrait_weights import MANIFEST, official_shapes
from mien.weights import LIVEPORTRAIT_GAINS, recipe_state, spectral_shapes

pytestmark = pytest.mark.unit


def generator(key: str, seed: int = 5) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(zlib.crc32(f"{seed}:{key}".encode())))


def drawn(key: str, shape: tuple[int, ...], dtype: str = "float32", **gains: float) -> np.ndarray:
    return recipe_state({key: (shape, dtype)}, 5, gains)[key]


def test_each_kind_of_tensor_is_drawn_by_its_rule() -> None:
    weight = generator("w.weight").standard_normal((4, 3, 2)) / np.sqrt(6)
    assert np.array_equal(drawn("w.weight", (4, 3, 2)), weight.astype(np.float32))
    scale = 1 + 0.1 * generator("n.weight").standard_normal(7)
    assert np.array_equal(drawn("n.weight", (7,)), scale.astype(np.float32))
    bias = 0.05 * generator("n.bias").standard_normal(7)
    assert np.array_equal(drawn("n.bias", (7,)), bias.astype(np.float32))
    variance = 0.5 + generator("n.running_var").random(7)
    assert np.array_equal(drawn("n.running_var", (7,)), variance.astype(np.float32))
    mean = 0.1 * generator("n.running_mean").standard_normal(7)
    assert np.array_equal(drawn("n.running_mean", (7,)), mean.astype(np.float32))


def test_four_dimensional_gamma_is_a_matrix_and_one_dimensional_a_scale() -> None:
    assert abs(drawn("g.gamma", (1, 1, 1, 4096)).mean()) < 0.01
    assert drawn("g.gamma", (4096,)).mean() == pytest.approx(1, abs=0.01)


def test_a_gain_belongs_to_its_key() -> None:
    shapes = {"a.weight": ((2, 2), "float32"), "b.weight": ((2, 2), "float32")}
    plain, gained = recipe_state(shapes, 0), recipe_state(shapes, 0, {"b.weight": 8.0})
    assert np.array_equal(gained["a.weight"], plain["a.weight"])
    assert gained["b.weight"] == pytest.approx(8 * plain["b.weight"], rel=1e-6)


def test_counters_and_single_numbers_are_zero() -> None:
    assert drawn("n.num_batches_tracked", (), "int64").dtype == np.int64
    assert not drawn("n.num_batches_tracked", (), "int64")
    assert not drawn("temperature", ())
    assert not drawn("index", (3,), "int64").any()


def test_spectral_vectors_belong_to_their_weight() -> None:
    shapes = spectral_shapes({"c.conv_0.weight": ((6, 4, 3, 3), "float32")}, ("conv_0",))
    assert [shape for shape, _ in shapes.values()] == [(6, 4, 3, 3), (6,), (36,)]
    state = recipe_state(shapes, 0)
    weight, left, right = (state[f"c.conv_0.weight_{end}"] for end in ("orig", "u", "v"))
    assert weight.dtype == left.dtype == right.dtype == np.float32
    assert np.linalg.norm(left) == pytest.approx(1)
    assert right == pytest.approx(weight.reshape(6, -1).T @ left / np.linalg.norm(
        weight.reshape(6, -1).T @ left), abs=1e-6)  # fmt: skip


def test_the_gains_are_those_of_the_golden_figures() -> None:
    index = json.loads((MANIFEST.parent / "net_index.json").read_text("utf-8"))
    golden = sorted(map(sorted, (gains.items() for gains in index["gain_key_overrides"].values())))
    assert sorted(map(sorted, (gains.items() for gains in LIVEPORTRAIT_GAINS.values()))) == golden
    for network, gains in LIVEPORTRAIT_GAINS.items():
        assert gains.keys() <= official_shapes(network).keys()
