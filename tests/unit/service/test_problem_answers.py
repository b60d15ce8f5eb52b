from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from fastapi import APIRouter, FastAPI, File, UploadFile
from fastapi.staticfiles import StaticFiles
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field

from mien.errors import MissingWeightsError, OptionError, SynthesizerError, WeightsError
from mien.service.errors import BusyError
from mien.service.faults import Faults
from mien.service.problems import add_problems, problem_of
from mien.service.routes.numbers import Whole
from mien.weights import bundle_named
from mien.weights.autoencoder import check_tiny

pytestmark = pytest.mark.unit


class Asked(BaseModel):
    number: int = Field(ge=1)
    face: Annotated[Whole, Field(ge=1)] | Literal["all"] = 1


def client() -> TestClient:
    app, router = FastAPI(), APIRouter(prefix="/v1")
    add_problems(app)

    @router.get("/things/{id}")
    async def get(id: str) -> str:
        raise BusyError("no room", 7)

    @router.delete("/things/{id}")
    async def delete(id: str) -> str:
        raise RuntimeError("secret")

    @router.post("/things")
    async def post(asked: Asked) -> int:
        return asked.number

    @router.post("/files")
    async def send(file: Annotated[UploadFile, File()]) -> None:
        pass

    app.add_middleware(Faults)
    app.include_router(router)
    app.mount("/pages", StaticFiles(packages=[("mien", "data")]))
    return TestClient(app, raise_server_exceptions=False)


def test_a_method_that_is_not_allowed_is_answered_with_all_that_are() -> None:
    answer = client().put("/v1/things/1")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, DELETE"
    assert answer.headers["content-type"] == "application/problem+json"
    assert client().put("/pages/hello.ogg").headers["allow"] == "GET, HEAD"


def test_a_field_is_named_as_it_was_sent_whatever_kinds_it_may_be_of() -> None:
    answer = client().post("/v1/things", json={"number": 1, "face": 0})
    assert answer.status_code == 422
    assert {each["field"] for each in answer.json()["errors"]} == {"body.face"}


def test_what_passes_says_when_to_come_again() -> None:
    answer = client().get("/v1/things/1")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")


def test_missing_weights_are_told_without_folders() -> None:
    problem = "its weights are not here: a.onnx; looked in /srv/models"
    error = MissingWeightsError("liveportrait", problem, "liveportrait-human")
    assert problem_of(error) == (
        503,
        "missing-weights",
        "engine liveportrait: its weights are not here; "
        "`mien models download liveportrait-human` fetches them",
    )


def test_a_small_decoder_that_is_missing_is_told_as_that_and_what_works_without_it() -> None:
    with pytest.raises(MissingWeightsError) as missing:
        check_tiny(bundle_named("personalive"), {}, Path("/srv/models"))
    assert problem_of(missing.value)[2] == (
        "engine personalive: its small decoder is not here: diffusion_pytorch_model.safetensors of "
        "madebyollin/taesd; run `mien models download personalive`; decoder full works now, "
        "without it"
    )


def test_files_that_cannot_be_used_are_told_with_the_command_that_names_them() -> None:
    damaged = WeightsError("/srv/models/a.pth", "is cut off")
    assert problem_of(damaged)[2] == (
        "files of weights cannot be used; `mien models verify` says which, and why"
    )
    nowhere = OptionError("models", "/srv/models is not a folder")
    assert problem_of(nowhere)[2] == (
        "weights are looked for in what is no folder; `mien doctor` says where"
    )


def test_options_of_the_command_line_are_told_as_fields() -> None:
    error = OptionError("--no-stitching", "goes without --crop-scale (--face); see my--file")
    assert problem_of(error)[2] == "stitching: goes without crop_scale (face); see my--file"


def test_a_fault_says_nothing_of_itself() -> None:
    answer = client().delete("/v1/things/1")
    assert answer.json()["code"] == "internal"
    assert "secret" not in answer.text


def test_what_is_no_json_is_told_as_that() -> None:
    answer = client().post("/v1/things", data={"number": "1"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-kind")
    assert "application/json" in answer.json()["detail"]
    assert client().post("/v1/things").status_code == 422
    assert client().post("/v1/things", json=[]).status_code == 422


def test_broken_json_is_a_bad_request() -> None:
    kind = {"Content-Type": "application/json"}
    answer = client().post("/v1/things", content="{", headers=kind)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")


def test_wrong_fields_are_listed() -> None:
    answer = client().post("/v1/things", json={"number": 0}).json()
    assert answer["errors"][0]["field"] == "body.number"
    assert answer["detail"] == "body.number: Input should be greater than or equal to 1"


def test_text_in_the_place_of_a_file_is_told_without_python() -> None:
    answer = client().post("/v1/files", data={"file": "text"}).json()
    assert answer["detail"] == "body.file: is text; send a file (with curl: @)"


def test_a_machine_that_cannot_speak_has_no_room_for_words() -> None:
    told = problem_of(SynthesizerError("no speech synthesizer is installed here"))
    assert told[:2] == (503, "no-synthesizer")
