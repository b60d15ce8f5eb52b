"""What is installed and what can run here."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from mien.engines import ENGINES
from mien.engines.base import check_engine
from mien.errors import MienError
from mien.pipeline.engine_choice import chosen_engine

_PACKAGES = (
    "mien", "numpy", "opencv-python-headless", "onnxruntime", "av", "pillow", "typer",
    "torch", "openvino", "safetensors", "huggingface-hub",
)  # fmt: skip
"""torch and openvino come with extras."""


@dataclass(frozen=True, slots=True)
class EngineState:
    """An engine that can run here, or the problem that keeps it from running."""

    name: str
    problem: str | None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Versions by name, and which engines can run."""

    versions: Mapping[str, str]
    engines: tuple[EngineState, ...]


def diagnose() -> Diagnosis:
    """Look at this machine; packages, devices and files of weights are looked for, and no weights
    are loaded."""
    versions = {package: _version(package) for package in _PACKAGES}
    versions["python"] = platform.python_version()
    versions["machine"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    engines = tuple(EngineState(name, _engine_problem(name)) for name in ENGINES)
    return Diagnosis(versions, engines)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _engine_problem(name: str) -> str | None:
    try:
        check_engine(chosen_engine(name))
    except MienError as error:
        return str(error)
    return None
