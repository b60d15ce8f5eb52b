from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mien.client import options
from mien.service.app import create_app
from mien.service.openapi import TAGS
from mien.service.problems import MEDIA_TYPE
from mien.service.settings import ServiceSettings

pytestmark = pytest.mark.unit

KEPT = Path(__file__).parents[3] / "docs" / "openapi.json"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("data")
    app = create_app(ServiceSettings(data_dir=str(folder)))
    return dict(app.openapi())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_the_document_that_is_kept_is_what_the_service_says(document: dict[str, Any]) -> None:
    kept = json.loads(KEPT.read_text("utf-8"))
    problem = "run: python -m mien.service.openapi > docs/openapi.json"
    assert kept == document, problem


def test_every_operation_has_its_id_its_words_and_its_place(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    known = {name for name, _ in TAGS}
    for name, operation in operations(document):
        assert operation["operationId"].isalnum(), name
        assert operation["summary"], name
        assert set(operation["tags"]) <= known, name


def test_every_body_is_shown_by_examples(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            if "examples" in content:
                assert all(each["value"] for each in content["examples"].values()), name
                continue
            assert kind == "multipart/form-data", f"{name} has no examples"
            form = content["schema"]["$ref"].rpartition("/")[2]
            for field, schema in document["components"]["schemas"][form]["properties"].items():
                told = schema.keys() & {"description", "examples", "default"}
                assert told, f"{name}: nothing is said of {field}"


def test_every_error_is_a_problem(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert not {"HTTPValidationError", "ValidationError"} & schemas.keys()
    for response in document["components"]["responses"].values():
        assert set(response["content"]) == {MEDIA_TYPE}
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            healthy = operation["tags"] == ["health"] and status == "503"
            if status >= "400" and not healthy:
                place = response["$ref"].rpartition("/")[2]
                assert place in document["components"]["responses"], name


def test_all_but_health_may_ask_for_a_key(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        guarded = "security" in operation
        assert guarded == (operation["tags"] != ["health"]), name
        assert guarded == ("401" in operation["responses"]), name


def test_every_answer_that_is_json_has_a_form(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            for kind, content in response.get("content", {}).items():
                assert content["schema"], f"{name} {status} {kind}"


@pytest.mark.parametrize(
    ("model", "known"),
    [
        ("AnimateAsked", options.AnimateOptions),
        ("ExpressAsked", options.ExpressOptions),
        ("TalkAsked", options.TalkOptions),
        ("EditAsked", options.EditOptions),
        ("StillAsked", options.StillOptions),
        ("Body_renderEmotion", options.RenderOptions),
        ("Body_renderFrame", options.FrameOptions),
    ],
)
def test_the_client_knows_all_options(document: dict[str, Any], model: str, known: Any) -> None:
    fields = set(document["components"]["schemas"][model]["properties"])
    arguments = {
        "kind", "source", "portrait", "driving", "audio", "emotion", "expression", "source_image",
        "image_hash",
    }  # fmt: skip
    assert fields - arguments == known.__annotations__.keys() - arguments
