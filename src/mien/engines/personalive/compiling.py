"""Networks compiled by torch, on a card: their many small steps become few."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from typing import Any

from mien.engines.settings import EngineSettings
from mien.errors import OptionError

_OPTION = "--compiled"
_COMPILERS = ("cc", "gcc", "clang")


def check_compiling(settings: EngineSettings, device: str) -> None:
    """OptionError where networks are to be compiled and cannot be, on a device as torch names
    it."""
    if not settings.compiled:
        return
    if device == "cpu":
        raise OptionError(_OPTION, "networks are compiled for a card; leave it out on cpu")
    if settings.offload:
        raise OptionError(_OPTION, "networks that come and go (--offload) are not compiled")
    if find_spec("triton") is None or not any(map(shutil.which, _COMPILERS)):
        raise OptionError(_OPTION, "needs the package triton and a C compiler; install both")


def compile_network(network: Any) -> None:
    """Compile it when it is first called, which takes minutes the first time ever; what is made
    stays in torch's own cache. Other shapes compile it again, but for the length of what is known
    of a portrait: key frames do not."""
    network.compile(dynamic=False)
