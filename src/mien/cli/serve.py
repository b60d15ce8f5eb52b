"""``mien serve``: Mien over HTTP."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer

from mien.checks import shown
from mien.cli.exits import exit_codes
from mien.errors import MienError, OptionError, UnreadableMediaError
from mien.service.settings import Said, ServiceSettings


def _config(context: typer.Context, path: str | None) -> str | None:
    """The TOML file becomes the defaults of the flags. Keys are flags without dashes in front."""
    if path is None:
        return None
    with exit_codes(verbose=False):
        context.default_map = {**_read(Path(path))}
    return path


def _read(path: Path) -> dict[str, Any]:
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise UnreadableMediaError(path, f"cannot be read as TOML: {problem}") from None
    hints = get_type_hints(ServiceSettings)
    found = {name.replace("-", "_"): value for name, value in said.items()}
    for name, value in found.items():
        if name not in hints:
            raise OptionError(str(path), f"there is no setting {shown(name)}")
        words, fits = _WANTED[hints[name]]
        if not fits(value):
            flag = name.replace("_", "-")
            raise OptionError(str(path), f"{flag} = {shown(value)} is not {words}")
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_WANTED: dict[Any, tuple[str, Callable[[object], bool]]] = {
    str: ("text between quotes", _is_text),
    str | None: ("text between quotes", _is_text),
    int: ("a whole number", _is_whole),
    int | None: ("a whole number", _is_whole),
    float: ("a number", _is_number),
    bool: ("true or false", lambda value: isinstance(value, bool)),
    tuple[str, ...]: (
        'a list, as ["one", "two"]',
        lambda value: isinstance(value, list) and all(map(_is_text, value)),
    ),
}
"""Kinds of settings: how TOML says them, in words and as a check."""


def _options() -> list[inspect.Parameter]:
    """The table of settings as flags."""
    hints = get_type_hints(ServiceSettings, include_extras=True)
    return [_option(each.name, each.default, hints[each.name]) for each in fields(ServiceSettings)]


def _option(name: str, default: Any, hint: Any) -> inspect.Parameter:
    kind, said = get_args(hint)
    assert isinstance(said, Said)
    flag = "--" + name.replace("_", "-")
    several = get_origin(kind) is tuple
    declared = typer.Option(
        flag,
        envvar=f"MIEN_{name.upper()}",
        help=said.help,
        metavar=said.metavar,
        rich_help_panel=said.panel,
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=list(default) if several else default,
        annotation=Annotated[list[str] if several else kind, declared],
    )


def _with_settings(verb: Callable[[ServiceSettings, bool], None]) -> Callable[..., None]:
    """A verb that takes the settings as flags and gets them as one object."""

    def run(config: str | None, verbose: bool, **said: Any) -> None:
        with exit_codes(verbose=verbose):
            verb(ServiceSettings(**{name: _tupled(value) for name, value in said.items()}), verbose)

    config = inspect.Parameter(
        "config", inspect.Parameter.KEYWORD_ONLY, default=None,
        annotation=Annotated[
            str | None,
            typer.Option(
                "--config", envvar="MIEN_CONFIG", metavar="FILE", callback=_config, is_eager=True,
                help="TOML with these settings; flags and variables go before it.",
            ),
        ],
    )  # fmt: skip
    verbose = inspect.Parameter(
        "verbose", inspect.Parameter.KEYWORD_ONLY, default=False,
        annotation=Annotated[bool, typer.Option("--verbose", "-v", help="Tracebacks of errors.")],
    )  # fmt: skip
    parameters = [config, *_options(), verbose]
    described: Any = run
    described.__signature__ = inspect.Signature(parameters)
    described.__annotations__ = {each.name: each.annotation for each in parameters}
    described.__doc__ = verb.__doc__
    described.__name__ = verb.__name__
    return run


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@_with_settings
def serve(settings: ServiceSettings, verbose: bool) -> None:
    """Serve Mien over HTTP: stills, jobs, and the contracts of other avatar services."""
    try:
        from mien.service.running import serve as run
    except ModuleNotFoundError as error:
        problem = f"mien serve needs the package {error.name}: pip install 'mien[serve]'"
        raise MienError(problem) from None
    run(settings)
