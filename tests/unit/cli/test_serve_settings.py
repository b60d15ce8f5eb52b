from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from typer.testing import CliRunner

import mien.service.running as running
from mien.cli.app import app
from mien.service.settings import Said, ServiceSettings

pytestmark = pytest.mark.unit

PAGE = Path(__file__).parents[3] / "docs" / "serving.md"
Serve = Callable[..., ServiceSettings]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Serve:
    """The settings that a command line comes to."""
    seen: list[ServiceSettings] = []
    monkeypatch.setattr(running, "serve", seen.append)

    def command(*flags: str, **variables: str) -> ServiceSettings:
        done = CliRunner().invoke(app, ["serve", *flags], env=variables)
        assert done.exit_code == 0, done.output
        return seen.pop()

    return command


def test_nothing_said_means_the_defaults(serve: Serve) -> None:
    assert serve() == ServiceSettings()


def test_flags_go_before_variables_and_those_before_the_file(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "mien.toml"
    file.write_text('host = "::1"\nport = 1\nqueue_size = 7\ncors-origins = ["http://a"]\n')
    said = serve("--config", str(file), "--port", "3", MIEN_PORT="2", MIEN_QUEUE_SIZE="8")
    assert (said.host, said.port, said.queue_size) == ("::1", 3, 8)
    assert said.cors_origins == ("http://a",)


def test_the_file_may_be_named_by_a_variable(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "mien.toml"
    file.write_text("insecure = true\n")
    assert serve(MIEN_CONFIG=str(file)).insecure


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prot = 1", "there is no setting 'prot'"),
        ("port = [", "cannot be read as TOML"),
        ("port = 'many'", "port = 'many' is not a whole number"),
        ("[port]\nnumber = 1", "port"),
        ("workers = true", "workers = True is not a whole number"),
        ("insecure = 'yes'", "insecure = 'yes' is not true or false"),
        ("cors-origins = 'https://a.b'", "cors-origins = 'https://a.b' is not a list"),
        ("drain_s = '3'", "drain-s = '3' is not a number"),
        ("queue_size = -1", "--queue-size"),
    ],
)
def test_a_wrong_file_is_one_line(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "mien.toml"
    file.write_text(text)
    done = CliRunner().invoke(app, ["serve", "--config", str(file)])
    assert done.exit_code == 2
    assert words in done.output.replace("\n", " ")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--api", "grpc"], "'grpc' is none of avatar, frames"),
        (["--port", "70000"], "70000 is not a whole number from 0 to 65535"),
        (["--run-in", "ray"], "'ray' is none of process, inline"),
        (["--api-key", "short"], "is too short"),
        (["--drain-s", "nan"], "nan is not a number"),
        (["--config", "nowhere.toml"], "nowhere.toml"),
        (["--data-dir", ""], "--data-dir: is empty"),
    ],
)
def test_a_wrong_flag_is_one_line(flags: list[str], words: str) -> None:
    done = CliRunner().invoke(app, ["serve", *flags])
    assert done.exit_code == 2
    assert words in done.output


def test_the_page_has_every_setting_and_nothing_else() -> None:
    rows = dict(
        re.findall(
            r"^\| `--([a-z-]+)` \| `(MIEN_[A-Z_]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE
        )
    )
    names = [each.name for each in fields(ServiceSettings)]
    assert rows == {name.replace("_", "-"): f"MIEN_{name.upper()}" for name in names}


def test_the_page_says_what_the_help_says() -> None:
    page, hints = PAGE.read_text("utf-8"), get_type_hints(ServiceSettings, include_extras=True)
    for each in fields(ServiceSettings):
        said: Any = get_args(hints[each.name])[1]
        assert isinstance(said, Said)
        assert said.help in page, each.name
