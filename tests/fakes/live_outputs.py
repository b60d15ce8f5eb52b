"""Threads of live outputs, looked for after their end."""

from __future__ import annotations

import threading

_PATIENCE_S = 60


def no_output_left() -> None:
    """None runs. One that has said its last word may still be about to end."""
    for each in threading.enumerate():
        if each.name == "live-output":
            each.join(_PATIENCE_S)
            assert not each.is_alive()
