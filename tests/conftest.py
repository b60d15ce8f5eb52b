"""What all tests share: every module says of which kind it is."""

from __future__ import annotations

import pytest

CATEGORIES = frozenset({"unit", "golden", "e2e"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    unmarked = {
        item.nodeid.split("::", maxsplit=1)[0]
        for item in items
        if not CATEGORIES & {mark.name for mark in item.iter_markers()}
    }
    if unmarked:
        raise pytest.UsageError(
            f"set pytestmark = pytest.mark.<{'|'.join(sorted(CATEGORIES))}> in: "
            + ", ".join(sorted(unmarked))
        )
