"""What tier and precision mean on a device, and what they cannot mean."""

from __future__ import annotations

import pytest

from mien.engines.liveportrait.runtimes.opening import plans_for
from mien.engines.liveportrait.runtimes.plan import EXACT, Plan
from mien.engines.settings import EngineSettings
from mien.errors import OptionError

pytestmark = pytest.mark.unit


def _plans(device, half, **chosen):
    return plans_for(EngineSettings("liveportrait", **chosen), device, half)


def test_left_alone_a_processor_tries_the_fastest_first_and_ends_with_float32():
    assert _plans("cpu", "bf16") == [Plan("bf16", "bf16"), Plan("fp32", "bf16"), EXACT]


def test_left_alone_a_processor_without_half_precision_stays_exact():
    assert _plans("cpu", None) == [EXACT]


def test_left_alone_a_card_takes_half_precision():
    assert _plans("cuda", "fp16") == [Plan("fp16", "fp16")]


@pytest.mark.parametrize(
    ("tier", "plan"),
    [
        ("exact", EXACT),
        ("balanced", Plan("fp32", "bf16")),
        ("fast", Plan("bf16", "bf16")),
        ("turbo", Plan("bf16", "bf16", int8=True)),
    ],
)
def test_a_tier_that_is_asked_for_is_taken_untested(tier, plan):
    assert _plans("cpu", "bf16", tier=tier) == [plan]


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_fp32_is_exact_everywhere(device):
    assert _plans(device, None, precision="fp32") == [EXACT]


@pytest.mark.parametrize(
    ("half", "chosen"),
    [
        (None, {"tier": "fast"}),
        (None, {"precision": "fp16"}),
        ("bf16", {"tier": "fast", "precision": "fp32"}),
        ("bf16", {"tier": "exact", "precision": "bf16"}),
    ],
)
def test_what_contradicts_itself_or_the_device_is_one_error(half, chosen):
    with pytest.raises(OptionError) as raised:
        _plans("cpu", half, **chosen)
    assert "\n" not in str(raised.value)
