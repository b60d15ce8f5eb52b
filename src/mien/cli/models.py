"""``mien models``: the weights of engines that have networks."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.exits import exit_codes
from mien.cli.fetching import fetch, interrupted_saying
from mien.cli.options import Json, Quiet, Verbose

if TYPE_CHECKING:
    from mien.pipeline.verbs.modelling import ModelFile

Name = Annotated[str, typer.Argument(metavar="MODELS", help="Which; `mien models list` names all.")]
ModelsDir = Annotated[
    str | None,
    typer.Option(
        metavar="FOLDER",
        help="The folder of models: upstream's checkout, or its folder of weights. Default: "
        "MIEN_MODELS_DIR, else the Hugging Face cache.",
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output", "-o", metavar="FOLDER", help="A folder of models to write to. Default: beside."
    ),
]
OnnxOutput = Annotated[
    str,
    typer.Option(
        "--output",
        "-o",
        metavar="FOLDER",
        help="A folder of models to write to; found by itself if it is `checkpoints` in the "
        "working folder.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Also what is there already.")]

models = typer.Typer(
    help="Find, fetch, check and convert weights.", no_args_is_help=True, rich_markup_mode="rich"
)


@models.command("list")
def list_(models_dir: ModelsDir = None, json: Json = False, verbose: Verbose = False) -> None:
    """List all files of weights: what they hold, their size and licence, and where they are."""
    with exit_codes(verbose=verbose):
        from mien.pipeline.verbs.modelling import chosen_models_dir, list_models

        rows = list_models(chosen_models_dir(models_dir))
    typer.echo(json_module.dumps([asdict(row) for row in rows]) if json else _table(rows))


@models.command()
def download(
    name: Name = "liveportrait",
    force: Force = False,
    models_dir: ModelsDir = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Fetch weights that are not here. A download that broke off goes on where it did."""
    with exit_codes(verbose=verbose):
        from mien.pipeline.verbs.modelling import chosen_models_dir

        paths = fetch(name, chosen_models_dir(models_dir), force=force, quiet=quiet)
    _print_paths(paths, json=json)


@models.command()
def verify(
    name: Name = "liveportrait",
    models_dir: ModelsDir = None,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Look through weights: every key, shape and number, and checksums where there are any."""
    with exit_codes(verbose=verbose):
        from mien.pipeline.verbs.modelling import chosen_models_dir, verify_models

        rows = []
        try:
            for row in verify_models(name, chosen_models_dir(models_dir)):
                rows.append(asdict(row))
                if not json:
                    typer.echo(f"{row.path}: {row.problem or 'ok'}")
        finally:
            if json:
                typer.echo(json_module.dumps(rows))


@models.command()
def path(
    name: Name = "liveportrait",
    models_dir: ModelsDir = None,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Print where the files of a model are. Exit code 1 if it lacks any that it needs."""
    with exit_codes(verbose=verbose):
        from mien.pipeline.verbs.modelling import chosen_models_dir, model_paths

        paths = model_paths(name, chosen_models_dir(models_dir))
    typer.echo(json_module.dumps(paths) if json else "\n".join(paths.values()))


@models.command()
def convert(
    name: Name = "liveportrait",
    output: Output = None,
    force: Force = False,
    models_dir: ModelsDir = None,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Write PyTorch weights as safetensors, which are preferred from then on; with -o all that they
    need beside them, too."""
    with exit_codes(verbose=verbose):
        from mien.pipeline.verbs.converting import convert_models
        from mien.pipeline.verbs.modelling import chosen_models_dir

        kept = "what is converted stays, and the same command without --force goes on from there"
        with interrupted_saying(kept):
            paths = convert_models(name, chosen_models_dir(models_dir), output, force=force)
    _print_paths(paths, json=json)


@models.command("export-onnx")
def export_onnx(
    output: OnnxOutput = "checkpoints",
    force: Force = False,
    models_dir: ModelsDir = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write LivePortrait's PyTorch weights as the ONNX files of --runtime onnx."""
    with exit_codes(verbose=verbose):
        from mien.pipeline.verbs.modelling import chosen_models_dir
        from mien.pipeline.verbs.modelling import export_onnx as export

        def progress(name: str) -> None:
            if not (quiet or json):
                typer.echo(f"writing {name}", err=True)

        with interrupted_saying("files that are finished stay; run it again with --force"):
            paths = export(chosen_models_dir(models_dir), output, force=force, progress=progress)
    _print_paths(paths, json=json)


@models.command("build-tensorrt")
def build_tensorrt(
    name: Name = "liveportrait-onnx",
    models_dir: ModelsDir = None,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Make TensorRT's engines of ONNX weights, so that the first run need not."""
    with exit_codes(verbose=verbose):
        from mien.pipeline.verbs.modelling import build_tensorrt as build
        from mien.pipeline.verbs.modelling import chosen_models_dir

        paths = build(name, chosen_models_dir(models_dir))
    _print_paths(paths, json=json)


def _print_paths(paths: list[str], *, json: bool) -> None:
    typer.echo(json_module.dumps(paths) if json else "\n".join(paths))


def _table(rows: list[ModelFile]) -> str:
    """What a bundle takes is said once, though its files come from several repositories."""
    lines, told = [], ""
    for (bundle, repository, memory_mb), files in groupby(rows, _heading):
        memory = f", takes about {memory_mb} MB of memory" if memory_mb and bundle != told else ""
        lines += [f"{bundle} ({repository}){memory}", *map(_line, files)]
        told = bundle
    return "\n".join(lines)


def _heading(row: ModelFile) -> tuple[str, str, int | None]:
    return row.bundle, row.repository, row.memory_mb


def _line(row: ModelFile) -> str:
    size = "?" if row.bytes is None else f"{'' if row.path else '~'}{row.bytes / 1e6:.1f} MB"
    where = row.path or ("missing" if row.required else "missing, can do without")
    return f"  {row.name:<21}{size:>10}  {row.holds}; {row.licence}\n    {where}"
