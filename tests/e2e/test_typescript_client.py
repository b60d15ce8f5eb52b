"""The TypeScript client: built, its types checked, and its own tests against a running server."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.node import install, node_environment, run

pytestmark = pytest.mark.e2e

PACKAGE = Path(__file__).parents[2] / "clients" / "typescript"


def test_the_client_builds_and_its_tests_pass(tmp_path: Path) -> None:
    """Their report says which of them fails."""
    environment = node_environment(tmp_path)
    install(PACKAGE, environment)
    report = run(PACKAGE, environment, "npm", "test")
    assert "fail 0" in report
    assert "pass 0" not in report
