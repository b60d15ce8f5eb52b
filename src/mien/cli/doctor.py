"""``mien doctor``: what is installed and what can run here."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict

import typer

from mien.cli.exits import FAILED, exit_codes
from mien.cli.options import Json, Verbose


def doctor(json: Json = False, verbose: Verbose = False) -> None:
    """Show versions and which engines can run here, and why not. Exit code 1 if none can."""
    with exit_codes(verbose=verbose):
        from mien.pipeline.verbs.diagnosis import diagnose

        found = diagnose()
    if json:
        typer.echo(json_module.dumps(asdict(found)))
    else:
        for name, version in found.versions.items():
            typer.echo(f"{name:<24} {version}")
        for engine in found.engines:
            typer.echo(f"engine {engine.name:<17} {engine.problem or 'can run here'}")
    if not any(engine.problem is None for engine in found.engines):
        raise typer.Exit(FAILED)
