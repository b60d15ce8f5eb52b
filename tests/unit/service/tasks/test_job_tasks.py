"""Requests of jobs become calls of verbs."""

from __future__ import annotations

import inspect
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from mien.engines.settings import EngineSettings
from mien.errors import MissingWeightsError, OptionError, TimelineError
from mien.pipeline import animate, edit, express, lipsync, talk
from mien.pipeline.keeping import Keeper
from mien.service.errors import TooLargeError
from mien.service.routes.job_requests import EXAMPLES, JobAsked
from mien.service.tasks.jobs import KINDS, JobLimits, JobRequest, JobTask
from mien.service.tasks.networks import check_networks
from mien.service.tasks.verbs import ENGINE_OPTIONS, engine_of, timeline_of
from mien.service.tasks.weights import check_weights
from mien.types import Progress

pytestmark = pytest.mark.unit

VERBS = {
    "animate": animate, "express": express, "talk": talk, "lipsync": lipsync, "edit": edit
}  # fmt: skip
ASKED = {each.model_fields["kind"].annotation: each for each in get_args(get_args(JobAsked)[0])}
OF_THE_SERVICE = {"kind", "format", "width", "height", "decoder", *ENGINE_OPTIONS}
"""Options that no verb has by that name: they become its ``output``, ``size``, ``engine`` and
``musetalk``."""
NOT_OF_CALLERS = {
    "output", "force", "progress", "keeper", "text_file", "musetalk", "vram_budget", "painter",
    "say", "voice",
}  # fmt: skip
"""Files and networks are the service's; words are said by POST /v1/speech."""


@pytest.mark.parametrize("kind", VERBS)
def test_the_options_of_a_job_are_those_of_its_verb(kind: str) -> None:
    (model,) = (each for said, each in ASKED.items() if get_args(said) == (kind,))
    parameters = set(inspect.signature(VERBS[kind]).parameters) - NOT_OF_CALLERS
    assert set(model.model_fields) - OF_THE_SERVICE == parameters
    assert set(KINDS) >= set(VERBS)


@pytest.mark.parametrize("kind", VERBS)
def test_options_left_out_mean_what_the_verb_means_by_leaving_them_out(kind: str) -> None:
    (model,) = (each for said, each in ASKED.items() if get_args(said) == (kind,))
    for name, parameter in inspect.signature(VERBS[kind]).parameters.items():
        field = model.model_fields.get(name)
        if field is None or field.is_required() or name in ("engine", "edits", "retarget"):
            continue
        assert field.default == parameter.default, name


def test_the_examples_of_the_documentation_are_requests() -> None:
    for example in EXAMPLES.values():
        TypeAdapter(JobAsked).validate_python(example["value"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"force": True}, {"output": "/etc/passwd"}, {"models_dir": "/"}, {"device": "cpu"},
        {"face": 0}, {"face": True}, {"face": "two"}, {"size": 5000}, {"size": "64"}, {"box": [1]},
        {"paste_back": 1}, {"crop_scale": float("nan")}, {"driving": "idle:../x"}, {"fps": "1e9"},
        {"driving": "./film.mp4"}, {"fps": 0}, {"seed": -1}, {"seed": 1.5}, {"source": "A" * 64},
        {"retarget": ["nose"]}, {"format": "exe"}, {"emotions": []}, {"emotions": [{"time": 0}]},
    ],
)  # fmt: skip
def test_what_is_no_option_or_not_its_value_is_refused(wrong: dict[str, Any]) -> None:
    asked = {"kind": "animate", "source": "a" * 64, "driving": "idle:nod", **wrong}
    with pytest.raises(ValidationError):
        TypeAdapter(JobAsked).validate_python(asked)


def test_whole_numbers_may_be_written_as_json_likes() -> None:
    asked = {"kind": "animate", "source": "a" * 64, "size": 64.0, "face": 2.0, "seed": 1e3}
    job = TypeAdapter(JobAsked).validate_python(asked)
    told = job.options()
    assert [told["size"], told["face"], told["seed"]] == [64, 2, 1000]
    assert {type(told[name]) for name in ("size", "face", "seed")} == {int}


def test_an_engine_is_set_up_as_asked_where_the_service_has_it() -> None:
    base = EngineSettings("liveportrait", device="cuda:1", models_dir=Path("/models"))
    asked = {"engine": "liveportrait", "tier": "exact", "source_smoothing": 0.0, "batch": 2}
    assert engine_of(asked, base) == EngineSettings(
        "liveportrait",
        device="cuda:1",
        models_dir=Path("/models"),
        tier="exact",
        smoothing=None,
        batch=2,
    )
    assert engine_of({"engine": "mesh"}, base) == EngineSettings("mesh")
    assert engine_of({}, EngineSettings("mesh", device="cpu")) == EngineSettings(device="cpu")
    with pytest.raises(OptionError, match="no 'paper'"):
        engine_of({"engine": "paper"}, base)


def test_personalive_is_set_up_as_asked() -> None:
    asked = {"engine": "personalive", "steps": 8, "guidance": 2.0, "resolution": 768}
    assert engine_of({**asked, "decoder": "tiny", "offload": True}, EngineSettings()) == (
        EngineSettings(
            "personalive", steps=8, guidance=2.0, resolution=768, decoder="tiny", offload=True
        )
    )


@pytest.mark.parametrize("asked", [{"lips": "musetalk"}, {"preset": "best"}])
def test_a_decoder_of_musetalk_is_not_the_engines(asked: dict[str, Any]) -> None:
    assert engine_of({**asked, "decoder": "tiny"}, EngineSettings()).decoder == "full"
    assert engine_of({"decoder": "tiny"}, EngineSettings()).decoder == "tiny", "to be refused"


def test_weights_of_each_engine_are_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    check_weights(EngineSettings("mesh"))
    for name in ("liveportrait", "personalive"):
        with pytest.raises(MissingWeightsError) as missing:
            check_weights(EngineSettings(name, models_dir=tmp_path))
        assert missing.value.bundle == name


def test_a_preset_goes_with_its_own_engine() -> None:
    for asked in ({"preset": "standard"}, {"preset": "standard", "engine": "liveportrait"}):
        assert engine_of(asked, EngineSettings("mesh")).name == "liveportrait"
    with pytest.raises(OptionError, match="standard means --engine liveportrait, not mesh"):
        engine_of({"preset": "standard", "engine": "mesh"}, EngineSettings("mesh"))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"joyvasa": {"steps": 2}}, "--joyvasa: goes with --audio-driver joyvasa"),
        ({"lips": "musetalk", "paste_back": False}, "--lips: musetalk needs --paste-back"),
    ],
)
def test_networks_that_could_not_work_are_refused_before_the_job(
    asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(OptionError, match=said):
        check_networks("talk", asked, EngineSettings("mesh"), EngineSettings("mesh"))


def test_emotions_are_text_or_keyframes_and_never_a_file(tmp_path: Path) -> None:
    assert str(timeline_of("0:neutral 1:happy:0.5")) == "0:neutral:0.7 1:happy:0.5"
    keyframes = [{"time": 0, "expression": "sad", "intensity": 0.5}]
    assert str(timeline_of(keyframes)) == "0:sad:0.5"
    file = tmp_path / "secret.json"
    file.write_text('{"keyframes": [{"time": 0, "expression": "sad"}]}')
    with pytest.raises(TimelineError, match="emotions"):
        timeline_of(str(file))


def test_a_result_of_too_many_frames_is_not_made(tmp_path: Path) -> None:
    steps: list[Progress] = []
    with as_file(files("mien") / "data/astronaut.png") as portrait, Keeper() as keeper:
        options = {"source": "1", "driving": "idle:nod", "size": 64, "max_frames": 6}
        request = JobRequest("animate", options, {"1": str(portrait)})
        task = JobTask(request, tmp_path, limits=JobLimits(max_frames=4))
        with pytest.raises(TooLargeError, match="more than 4 frames"):
            task.run(keeper, steps.append)
    assert steps == []
    assert list(tmp_path.iterdir()) == []
