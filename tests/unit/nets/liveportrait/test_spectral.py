"""Folding agrees with torch's own spectral norm, and refuses what it cannot fold."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from mien.nets.liveportrait.spectral import fold_spectral_norm

pytestmark = pytest.mark.unit


def stored_as_older_torch_does(normalised: nn.Module) -> dict[str, Tensor]:
    state = normalised.state_dict()
    return {
        "bias": state["bias"],
        "weight_orig": state["parametrizations.weight.original"],
        "weight_u": state["parametrizations.weight.0._u"],
        "weight_v": state["parametrizations.weight.0._v"],
    }


@settings(max_examples=40, deadline=None)
@given(
    outs=st.integers(1, 6),
    ins=st.integers(1, 6),
    kernel=st.integers(1, 3),
    steps=st.integers(0, 3),
    seed=st.integers(0, 2**31),
)
def test_a_folded_convolution_is_what_torch_normalises(
    outs: int, ins: int, kernel: int, steps: int, seed: int
) -> None:
    torch.manual_seed(seed)
    trained = spectral_norm(nn.Conv2d(ins, outs, kernel)).double()
    with torch.no_grad():
        for _ in range(steps):
            trained(torch.ones(1, ins, kernel, kernel, dtype=torch.float64))
        trained.parametrizations.weight.original += 0.1  # the vectors lag behind, as in training
    state = fold_spectral_norm(stored_as_older_torch_does(trained))
    assert state.keys() == {"weight", "bias"}
    assert torch.allclose(state["weight"], trained.eval().weight, rtol=1e-9)


def test_other_entries_and_folded_states_stay_as_they_are() -> None:
    plain = {
        "fc.weight": torch.ones(2, 2),
        "fc.bias": torch.ones(2),
        "x_weight_orig": torch.ones(1),
    }
    folded = fold_spectral_norm(plain)
    assert folded.keys() == plain.keys()
    assert all(folded[key] is plain[key] for key in plain)


def test_every_missing_vector_is_named() -> None:
    state = {
        "a.weight_orig": torch.ones(2, 3),
        "a.weight_u": torch.ones(2),
        "b.weight_orig": torch.ones(2, 3),
        "b.weight_v": torch.ones(3),
    }
    with pytest.raises(ValueError, match=r"without its vectors: a\.weight_v, b\.weight_u$"):
        fold_spectral_norm(state)


def test_a_weight_both_plain_and_normalised_is_refused() -> None:
    state = {"a.weight": torch.ones(2, 3), "a.weight_orig": torch.ones(2, 3)}
    vectors = {"a.weight_u": torch.ones(2), "a.weight_v": torch.ones(3)}
    with pytest.raises(ValueError, match=r"both plain and normalised: a\.weight"):
        fold_spectral_norm(state | vectors)


@pytest.mark.parametrize(
    ("weight", "left", "right"),
    [
        ((2, 3), (3,), (3,)),
        ((2, 3), (2,), (2,)),
        ((2, 3), (2, 1), (3,)),
        ((2,), (2,), (1,)),
        ((), (), ()),
    ],
)
def test_vectors_of_another_length_are_refused(
    weight: tuple[int, ...], left: tuple[int, ...], right: tuple[int, ...]
) -> None:
    shapes = {"a.weight_orig": weight, "a.weight_u": left, "a.weight_v": right}
    with pytest.raises(ValueError, match=r"a\.weight cannot be folded: .* shapes"):
        fold_spectral_norm({key: torch.ones(shape) for key, shape in shapes.items()})


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf")])
def test_a_weight_without_a_norm_is_refused(value: float) -> None:
    state = {"a.weight_orig": torch.full((2, 3), value)}
    vectors = {"a.weight_u": torch.ones(2), "a.weight_v": torch.ones(3)}
    with pytest.raises(ValueError, match=r"a\.weight cannot be folded: u \. \(W v\) is"):
        fold_spectral_norm(state | vectors)
