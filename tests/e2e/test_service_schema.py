"""The running service answers as its document says, whatever is asked."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from fakes.running_server import running_server
from fakes.schema_hooks import PORTRAIT, SOUND

pytestmark = pytest.mark.e2e

TESTS = Path(__file__).parents[1]
SMALL = (
    "--max-frames", "20", "--max-duration-s", "6", "--max-megapixels", "2", "--max-upload-mb", "4",
    "--max-portrait-mb", "4", "--workers", "2", "--drain-s", "0",
)  # fmt: skip


def test_what_schemathesis_thinks_of_is_answered_as_documented(tmp_path: Path) -> None:
    with running_server(tmp_path / "data", *SMALL, live=True) as server:
        for shelf, content in (("portraits", PORTRAIT), ("drivers", SOUND)):
            sent = httpx2.post(f"{server.url}/v1/{shelf}", files={"file": content})
            assert sent.status_code == 201
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli"),
                *("--config-file", str(TESTS / "e2e" / "schemathesis.toml")),
                *("run", f"{server.url}/openapi.json", "--no-color"),
            ],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=os.environ | {"SCHEMATHESIS_HOOKS": "fakes.schema_hooks", "PYTHONPATH": str(TESTS)},
        )
        log = "".join(server.lines)
        assert server.process.poll() is None, log
    report = re.sub(r"(?<=\S{300})\S+", "...", done.stdout)
    assert done.returncode == 0, report + done.stderr
    assert "Traceback" not in log, log
    answered = set(re.findall(r"method=(\w+) path=(/\S*) status=(2\d\d)", log))
    for path in ("/v1/stills", "/v1/jobs", "/render", "/render/batch", "/api/render", "/predict/"):
        assert any(("POST", path) == each[:2] for each in answered), f"never well: POST {path}"
