from __future__ import annotations

import pytest
import torch
from torch import nn

from mien.errors import WeightsError
from mien.weights import load_strict

pytestmark = pytest.mark.unit


def make() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))


def state() -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    return {key: tensor.clone() for key, tensor in make().state_dict().items()}


def refusal(wrong: dict[str, torch.Tensor]) -> str:
    with pytest.raises(WeightsError) as refused:
        load_strict(make, wrong, "some.pth")
    assert str(refused.value).startswith("some.pth: ")
    return str(refused.value)


def test_a_network_takes_the_tensors_themselves() -> None:
    given = state()
    network = load_strict(make, given, "some.pth")
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    for key, tensor in network.state_dict().items():
        assert tensor.data_ptr() == given[key].data_ptr()


def test_all_that_is_wrong_is_listed() -> None:
    wrong = state()
    del wrong["0.bias"]
    wrong["0.weight"] = torch.ones(3, 2)
    wrong["1.weight"] = wrong["1.weight"].half()
    wrong["extra"] = torch.ones(1)
    message = refusal(wrong)
    assert "missing '0.bias';" in message
    assert "unexpected 'extra';" in message
    assert "wrong shape '0.weight' (3x2, not 2x3)" in message
    assert "wrong dtype '1.weight' (float16, not float32)" in message


def test_long_lists_are_cut() -> None:
    message = refusal({f"layer.{number}": torch.ones(1) for number in range(5000)})
    assert "unexpected 'layer.0', 'layer.1', 'layer.2' and 4997 more" in message
    assert "and 4 more" in message
    assert len(message) < 400


def test_names_that_would_paint_the_terminal_are_printed_harmlessly() -> None:
    message = refusal({"a\x1b[31m\n" + "b" * 200: torch.ones(1)})
    assert "unexpected 'a\\x1b[31m\\nbbb" in message
    assert message.isprintable()
    assert "b" * 60 not in message


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_not_finite_are_refused(value: float) -> None:
    wrong = state()
    wrong["0.weight"][1, 2] = value
    assert "not finite, in '0.weight'" in refusal(wrong)
    wrong["0.weight"][0, 0] = -value
    assert "not finite, in '0.weight'" in refusal(wrong)
