"""Which runtime is opened, where."""

from __future__ import annotations

import pytest
import torch

from fakes.small_networks import small_networks
from mien.engines.liveportrait.runtimes.opening import open_runtime
from mien.engines.liveportrait.runtimes.openvino_runtime import OpenVinoRuntime
from mien.engines.liveportrait.runtimes.torch_runtime import TorchRuntime
from mien.engines.settings import EngineSettings
from mien.errors import OptionError

pytestmark = pytest.mark.unit


def _open(**chosen):
    networks = small_networks()
    mapped = {name: getattr(networks, name) for name in networks.__slots__}
    return open_runtime(mapped, EngineSettings("liveportrait", **chosen))


def test_torch_is_opened_where_it_is_asked_for():
    assert isinstance(_open(device="cpu", runtime="torch", tier="exact"), TorchRuntime)


def test_a_processor_runs_openvino_if_nothing_else_is_asked_for():
    assert isinstance(_open(device="cpu", tier="exact"), OpenVinoRuntime)


@pytest.mark.skipif(torch.cuda.is_available(), reason="the card is there")
def test_a_card_that_is_not_there_is_named_with_what_is():
    with pytest.raises(OptionError, match="there is no cuda:3 here; there is cpu"):
        _open(device="cuda:3")


def test_turbo_says_that_torch_has_no_whole_numbers():
    with pytest.raises(OptionError, match="turbo needs --runtime openvino"):
        _open(device="cpu", runtime="torch", tier="turbo")
