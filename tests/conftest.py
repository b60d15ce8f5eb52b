"""What all tests share: every module says of which kind it is."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings

settings.register_profile("patient", deadline=None)  # how long something takes proves nothing
settings.load_profile("patient")

CATEGORIES = frozenset({"unit", "golden", "e2e"})


def pytest_configure() -> None:
    """Signals that are ignored here, as in the background of a script or under ``nohup``, would be
    ignored by every process that is started; those that are handled would not, and tests send
    them."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


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
