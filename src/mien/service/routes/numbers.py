"""Whole numbers as JSON writes them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator


def _as_integer(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_as_integer)]
"""An int in a strict model, for which 8.0 is 8 as JSON Schema has it, and true is no number."""
