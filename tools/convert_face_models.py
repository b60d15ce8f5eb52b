"""Makes the face models that Mien ships from the wheel of mediapipe 0.10.21, byte for byte.

    python -m venv .venv-convert
    .venv-convert/bin/pip install -r tools/requirements-convert.txt
    .venv-convert/bin/python tools/convert_face_models.py [WHEEL] [--output FOLDER]

Without WHEEL, pip fetches it (35 MB) into a temporary folder. The wheel, its four networks and
the four results are all checked against recorded SHA-256 sums; nothing is written if one differs.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from face_models.convert import convert
from face_models.recipes import RECIPES, REQUIREMENT, WHEEL, WHEEL_SHA256, Recipe

MODELS = Path(__file__).parents[1] / "src/mien/face/models"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path, nargs="?", help=f"{WHEEL}; default: fetched by pip")
    parser.add_argument("--output", type=Path, default=MODELS, help="default: where Mien has them")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wheel = arguments.wheel or fetch_wheel(Path(folder))
        models = convert_wheel(wheel)
    arguments.output.mkdir(parents=True, exist_ok=True)
    for recipe, content in models.items():
        path = arguments.output / f"{recipe.name}.onnx"
        path.write_bytes(content)
        print(path)


def fetch_wheel(folder: Path) -> Path:
    """Always the same wheel, whatever this machine is: the networks in it are what counts."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    platform = ["--only-binary=:all:", "--python-version=3.11", "--platform=manylinux_2_28_x86_64"]
    subprocess.run([*pip, *platform, REQUIREMENT], check=True)
    return folder / WHEEL


def convert_wheel(wheel: Path) -> dict[Recipe, bytes]:
    """The four models. Exits with one line if something is not what it should be."""
    check(wheel.name, wheel.read_bytes(), WHEEL_SHA256)
    models = {}
    with zipfile.ZipFile(wheel) as archive:
        for recipe in RECIPES:
            network = archive.read(f"mediapipe/modules/{recipe.member}")
            check(recipe.member, network, recipe.member_sha256)
            models[recipe] = convert(network, recipe)
            check(f"{recipe.name}.onnx", models[recipe], recipe.sha256)
    return models


def check(name: str, content: bytes, sha256: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        sys.exit(f"{name}: SHA-256 is {found}, should be {sha256}")


if __name__ == "__main__":
    main()
