"""Tests of who may call."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from fakes.asgi_call import Answer, ask
from mien.errors import OptionError
from mien.service.security.guard import OPEN_PATHS, Guard, check_exposure
from mien.service.security.keys import KEYS_FILE, LOCAL, Keys
from mien.service.settings import ServiceSettings

pytestmark = pytest.mark.unit

GIVEN = "a-key-of-sixteen-or-more"


async def whose(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that answers with the owner."""
    owner = scope["state"].get("owner", "nobody")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": owner.encode()})


def asked(keys: Keys, path: str = "/v1/portraits", *, always: bool = False, **said: str) -> Answer:
    headers = {name.replace("_", "-"): value for name, value in said.items()}
    return asyncio.run(ask(Guard(whose, keys, always=always), path, headers=headers))


def test_without_keys_everybody_is_local(tmp_path: Path) -> None:
    assert asked(Keys(tmp_path)).body.decode() == LOCAL


def test_a_service_that_others_reach_asks_even_when_its_last_key_is_gone(tmp_path: Path) -> None:
    assert asked(Keys(tmp_path), always=True).status == 401


def test_a_key_is_required_where_there_is_one(tmp_path: Path) -> None:
    answer = asked(Keys(tmp_path, [GIVEN]))
    assert (answer.status, answer.code) == (401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "said",
    [
        {"authorization": f"Bearer {GIVEN}"},
        {"authorization": f"bearer   {GIVEN} "},
        {"x_api_key": GIVEN},
        {"authorization": "Basic abc", "x_api_key": GIVEN},
    ],
)
def test_a_key_is_shown_in_either_header(tmp_path: Path, said: dict[str, str]) -> None:
    keys = Keys(tmp_path, [GIVEN])
    assert asked(keys, **said).body.decode() == keys.owner_of(GIVEN)


@pytest.mark.parametrize(
    "said",
    [
        {"authorization": GIVEN},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": f"Basic {GIVEN}"},
        {"authorization": f"Bearer {GIVEN}x"},
        {"x_api_key": ""},
        {"x_api_key": GIVEN.upper()},
    ],
)
def test_anything_else_is_refused_without_being_repeated(
    tmp_path: Path, said: dict[str, str]
) -> None:
    answer = asked(Keys(tmp_path, [GIVEN]), **said)
    assert answer.status == 401
    assert GIVEN.encode() not in answer.body


@pytest.mark.parametrize("path", [*sorted(OPEN_PATHS), "/docs/assets/swagger-ui.css"])
def test_health_and_documentation_ask_for_none(tmp_path: Path, path: str) -> None:
    assert asked(Keys(tmp_path, [GIVEN]), path).status == 200


@pytest.mark.parametrize("path", ["/health/", "//health", "/v1/portraits", "/output/x", "/nope"])
def test_all_else_does(tmp_path: Path, path: str) -> None:
    assert asked(Keys(tmp_path, [GIVEN]), path).status == 401


def test_a_file_of_keys_that_becomes_unreadable_lets_nobody_in(tmp_path: Path) -> None:
    class Stale(Keys):
        @property
        def stale(self) -> bool:
            return True

    keys = Stale(tmp_path)
    (tmp_path / KEYS_FILE).write_bytes(b"no database at all, but long enough to be looked at")
    assert asked(keys).status == 503


def test_beyond_this_machine_needs_a_key_or_a_word(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"mien keys add NAME.*--insecure"):
        check_exposure(ServiceSettings(host="0.0.0.0"), Keys(tmp_path))
    check_exposure(ServiceSettings(host="0.0.0.0"), Keys(tmp_path, [GIVEN]))
    check_exposure(ServiceSettings(host="0.0.0.0", insecure=True), Keys(tmp_path))
    check_exposure(ServiceSettings(), Keys(tmp_path))
