"""Both clients, before a service that says what a test tells it to say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fakes.scripted_service import ScriptedService, scripted_service
from mien.client import AsyncClient, Client


@pytest.fixture(scope="session")
def _service() -> Iterator[ScriptedService]:
    with scripted_service() as service:
        yield service


@pytest.fixture
def service(_service: ScriptedService) -> ScriptedService:
    _service.script.clear()
    _service.asked.clear()
    return _service


@pytest.fixture(params=["waiting", "awaited"])
def ask(request: pytest.FixtureRequest, service: ScriptedService) -> Callable[..., Any]:
    """Calls a verb of either client: ``ask("jobs.get", "j1")``. What it iterates over is a list."""

    def waiting(verb: str, *args: Any, **options: Any) -> Any:
        with Client(service.url, retries=3) as client:
            result = _verb(client, verb)(*args, **options)
            return list(result) if isinstance(result, Iterator) else result

    async def awaited(verb: str, *args: Any, **options: Any) -> Any:
        async with AsyncClient(service.url, retries=3) as client:
            result = _verb(client, verb)(*args, **options)
            if hasattr(result, "__aiter__"):
                return [each async for each in result]
            return await result

    if request.param == "waiting":
        return waiting
    return lambda *args, **options: asyncio.run(awaited(*args, **options))


def _verb(client: Any, name: str) -> Any:
    for part in name.split("."):
        client = getattr(client, part)
    return client
