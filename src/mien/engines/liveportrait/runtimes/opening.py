"""Which runtime, where, and how exactly: from settings and what this machine has."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mien.engines.liveportrait.runtimes.base import Runtime
from mien.engines.liveportrait.runtimes.networks import Network, Networks
from mien.engines.liveportrait.runtimes.plan import EXACT, Number, Plan, plan_of
from mien.engines.settings import EngineSettings
from mien.errors import EngineUnavailableError, MienWarning, OptionError
from mien.weights import require_torch
from mien.weights.devices import device_of

ENGINE = "liveportrait"
VOLUME_SIDE = 64
"""Of the source's volume, a quarter of the 256 pixels of its picture."""

Make = Callable[[Plan], Runtime]
"""A runtime that does its arithmetic so."""


def open_runtime(
    networks: Mapping[str, Network], settings: EngineSettings, cache_dir: Path | None = None
) -> Runtime:
    """The networks (the names are those of `Networks`) on the device that is asked for.

    ``cache_dir``: where converted models are kept; without it every start converts anew. What a
    setting leaves ``auto`` is the fastest that agrees with float32 on these weights.

    Raises OptionError for a device, precision or tier that is not there, EngineUnavailableError
    naming the package that is missing or saying that memory is.
    """
    loaded = Networks(**networks)
    device, plans = _chosen(settings)
    if device is None:
        return _open_openvino(loaded, plans, cache_dir)
    return _open_torch(loaded, plans, device, cache_dir)


def check_runtime(settings: EngineSettings) -> None:
    """Raise as :func:`open_runtime` for what is known without the networks."""
    _chosen(settings)


def plans_for(settings: EngineSettings, device: str, half: Number | None) -> list[Plan]:
    """What to try, fastest first; all but the last only if they agree with float32.

    ``half``: the numbers of half the size that the device is fast with, None if it has none.
    Raises OptionError for a precision and a tier that contradict each other or the device.
    """
    tier, precision = settings.tier, settings.precision
    exact_asked = tier == "exact" or precision == "fp32"
    if exact_asked:
        if tier not in ("auto", "exact"):
            raise OptionError("--precision", f"fp32 is what --tier exact does, not {tier}")
        if precision not in ("auto", "fp32"):
            raise OptionError("--tier", f"exact is done in fp32, not in {precision}")
        return [EXACT]
    if half is None:
        if tier == precision == "auto":
            return [EXACT]
        option, word = ("--tier", tier) if tier != "auto" else ("--precision", precision)
        problem = f"{word} needs a kind of number that {device} is not fast with; choose fp32"
        raise OptionError(option, f"{problem} (--tier exact)")
    if tier != "auto":
        return [plan_of(tier, half)]
    if precision != "auto" or device != "cpu":
        return [plan_of("fast", half)]
    return [plan_of("fast", half), plan_of("balanced", half), EXACT]


def first_that_agrees(plans: list[Plan], make: Make, folder: Path | None) -> Runtime:
    """A runtime with the first of these plans that agrees with float32 on these weights; what
    was found is kept in the folder, if there is one. MienWarning where none does."""
    from mien.engines.liveportrait.runtimes import agreement

    exact: Runtime | None = None
    for plan in plans[:-1]:
        path = None if folder is None else folder / f"agreement-{plan.middle}-{plan.paint}.json"
        found = None if path is None else agreement.remembered(path)
        runtime = None
        if found is None:
            exact = exact or make(EXACT)
            runtime = make(plan)
            found = agreement.agreement(exact, runtime)
            if path is not None:
                agreement.remember(found, path)
        if found.good:
            if exact is not None:
                exact.close()
            return runtime or make(plan)
        if runtime is not None:
            runtime.close()
    if len(plans) > 1:
        problem = "half precision is visible with these weights; rendering in fp32, which is slower"
        warnings.warn(problem, MienWarning, stacklevel=3)
    if exact is not None and plans[-1].exact:
        return exact
    return make(plans[-1])


def _chosen(settings: EngineSettings) -> tuple[str | None, list[Plan]]:
    """The device as torch names it, None for OpenVINO, and what to try there."""
    device = device_of(settings.device)
    if _uses_openvino(settings, device):
        return None, plans_for(settings, "cpu", _processor_half(settings))
    if settings.tier == "turbo":
        raise OptionError("--tier", "turbo needs --runtime openvino and --device cpu")
    return device, plans_for(settings, device, _torch_half(settings, device))


def _open_torch(
    networks: Networks, plans: list[Plan], device: str, cache_dir: Path | None
) -> Runtime:
    from mien.engines.liveportrait.runtimes.torch_runtime import TorchRuntime

    folder = None
    if cache_dir is not None and len(plans) > 1:
        folder = cache_dir / f"torch-{networks.digest()[:32]}"
    return first_that_agrees(plans, lambda plan: TorchRuntime(networks, device, plan), folder)


def _open_openvino(networks: Networks, plans: list[Plan], cache_dir: Path | None) -> Runtime:
    from mien.engines.liveportrait.runtimes.openvino_int8 import with_int8
    from mien.engines.liveportrait.runtimes.openvino_models import load_models, model_folder
    from mien.engines.liveportrait.runtimes.openvino_runtime import OpenVinoRuntime

    folder = None if cache_dir is None else model_folder(networks, VOLUME_SIDE, cache_dir)
    models = load_models(networks, VOLUME_SIDE, folder)
    if plans[0].int8:
        models = with_int8(networks, models, folder)
    return first_that_agrees(plans, lambda plan: OpenVinoRuntime(networks, models, plan), folder)


def _uses_openvino(settings: EngineSettings, device: str) -> bool:
    installed = find_spec("openvino") is not None
    if settings.runtime != "openvino":
        return settings.runtime == "auto" and installed and device == "cpu"
    if device != "cpu" and settings.device != "auto":
        raise OptionError("--runtime", f"openvino runs on cpu, not on {device}")
    if not installed:
        problem = "needs OpenVINO; install it with: pip install 'mien[openvino]'"
        raise EngineUnavailableError(ENGINE, problem)
    return True


def _torch_half(settings: EngineSettings, device: str) -> Number | None:
    if device == "cpu":
        return _processor_half(settings)
    if settings.precision != "bf16":
        return "fp16"
    torch = _torch()
    with torch.cuda.device(device):
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else None


def _processor_half(settings: EngineSettings) -> Number | None:
    """bf16 where the processor multiplies it; elsewhere it is emulated, slower than float32."""
    if settings.precision == "fp16":
        return None
    cpu = _torch().cpu
    asked = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return "bf16" if any(getattr(cpu, name, bool)() for name in asked) else None


def _torch() -> Any:
    require_torch()
    import torch

    return torch
