"""The document of the API: what FastAPI gathers from the routes, with what all of them share.

``python -m mien.service.openapi`` prints it, as docs/openapi.json holds it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from mien.service.problems import MEDIA_TYPE, Problem

DESCRIPTION = """Mien brings portraits to life: stills with expressions, and films of a portrait \
that moves as another face does, feels, idles or speaks.

Upload a portrait once (`POST /v1/portraits`), then ask for stills (`POST /v1/stills`, answered at \
once) or for films (`POST /v1/jobs`, followed by events). Every error is \
[problem details](https://www.rfc-editor.org/rfc/rfc9457) whose `code` is for programs.

The contracts of older avatar services are served beside it: `/render`, `/api/render` and \
`/predict/`.
"""
TAGS = (
    ("portraits", "Pictures of faces, uploaded once and used by their id."),
    ("drivers", "What moves a portrait: films, sounds, templates of motion."),
    ("speech", "What is heard: sounds made of words, and what a mouth does meanwhile."),
    ("jobs", "Films, made one after the other, followed and fetched when they are done."),
    ("stills", "Pictures, answered at once."),
    ("sessions", "Faces that live: they idle, speak and feel for as long as somebody watches."),
    ("catalog", "What there is to choose from."),
    ("avatar", "The contract of the avatar service: stills in files that are fetched."),
    ("frames", "The contract of the frame renderer: a JPEG for a picture and an expression."),
    ("predict", "The contract of FasterLivePortrait."),
    ("health", "For operators. Never asks for a key."),
)
"""In the order of the documentation."""
_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of `mien keys add`. A service without keys asks for none.",
    },
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "The same key, for clients that cannot send the other header.",
    },
}
_SECURITY: tuple[dict[str, list[str]], ...] = ({"bearer": []}, {"key": []}, {})
_PROBLEMS = {
    "400": ("Malformed", "The request cannot be read."),
    "401": ("Unauthorized", "No key, or one that is not known."),
    "403": ("Forbidden", "A web page of another origin asked, or one that is not allowed to."),
    "404": ("NotFound", "There is none, or it is somebody else's."),
    "406": ("NotAcceptable", "No kind of answer that there is would be accepted."),
    "408": ("Timeout", "The request came too slowly."),
    "409": ("Conflict", "Not possible in this state."),
    "413": ("TooLarge", "More bytes, pixels, seconds or frames than this service takes."),
    "415": ("UnsupportedKind", "A file of a kind that is not taken here."),
    "416": ("RangeNotSatisfiable", "There are no such bytes."),
    "422": ("Invalid", "Something in the request cannot be used; `detail` says what and why."),
    "429": ("TooMany", "This key asks for too much at once."),
    "500": ("Fault", "A fault of the service; its log says more under the `request_id`."),
    "502": ("BadGateway", "Something that was needed could not be fetched."),
    "503": ("Unavailable", "No room now, not ready yet, or an engine that cannot run here."),
    "507": ("InsufficientStorage", "There is no room to write what was asked for."),
}
"""Status -> name of the answer in the document, and what it means."""
_RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds until it is worth asking again; left out where that does not help, "
        "as for an engine that cannot run here.",
        "schema": {"type": "integer"},
    }
}
_HEADERS: dict[str, dict[str, Any]] = {
    "401": {"WWW-Authenticate": {"schema": {"type": "string"}}},
    "429": _RETRY_AFTER,
    "503": _RETRY_AFTER,
}
_LINKS: dict[str, tuple[tuple[str, str], ...]] = {
    "uploadPortrait": (
        ("getPortrait", "id"), ("getPortraitPreview", "id"), ("deletePortrait", "id"),
    ),
    "uploadDriver": (("getDriver", "id"), ("deleteDriver", "id")),
    "createSpeech": (("getDriver", "id"), ("deleteDriver", "id")),
    "createJob": (
        ("getJob", "id"), ("followJob", "id"), ("getJobResult", "id"), ("deleteJob", "id"),
    ),
    "createSession": (
        ("getSession", "id"), ("deleteSession", "id"), ("createTicket", "id"),
        ("speakInSession", "id"), ("clearSession", "id"), ("setSessionEmotion", "id"),
        ("pushSession", "id"), ("listPushes", "id"),
    ),
    "renderEmotion": (("getOutput", "filename"), ("deleteOutput", "filename")),
}  # fmt: skip
"""Operation -> operations on what it made, and the field of the answer that is their parameter."""
_FASTAPI_ERRORS = ("HTTPValidationError", "ValidationError")
_METHODS = ("get", "put", "post", "delete", "patch", "head")


def add_document(app: FastAPI) -> None:
    """``/openapi.json`` of this app is complete."""
    app.openapi = lambda: _document_of(app)  # type: ignore[method-assign]


def _document_of(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = _refined(
            get_openapi(
                title=app.title,
                version=app.version,
                summary="Portraits brought to life",
                description=DESCRIPTION,
                routes=app.routes,
                servers=[{"url": "/", "description": "Where this document is from."}],
                license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
                tags=[{"name": name, "description": words} for name, words in TAGS],
            )
        )
    return app.openapi_schema


def _refined(document: dict[str, Any]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _FASTAPI_ERRORS:
        schemas.pop(name, None)
    template = "#/components/schemas/{model}"
    problem = Problem.model_json_schema(ref_template=template)
    schemas |= problem.pop("$defs", {}) | {"Problem": problem}
    components["schemas"] = dict(sorted(schemas.items()))
    components["responses"] = {name: _problem(status) for status, (name, _) in _PROBLEMS.items()}
    components["securitySchemes"] = _SCHEMES
    for operation in _operations(document):
        _complete(operation)
    return document


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (path[method] for method in _METHODS if method in path)


def _complete(operation: dict[str, Any]) -> None:
    """The answers that come of what all routes share: keys, limits, bodies, faults."""
    responses = operation["responses"]
    problems = {status for status, each in responses.items() if _is_problem(each)} | {"500"}
    if operation.pop("security", None):
        operation["security"] = list(_SECURITY)
        problems |= {"401", "403", "429"}
    if "requestBody" in operation:
        problems |= {"400", "408", "413"}
    if "422" in responses:
        problems.add("422")  # FastAPI's own has another body
    for status in problems:
        responses[status] = {"$ref": f"#/components/responses/{_PROBLEMS[status][0]}"}
    links = {
        target: {"operationId": target, "parameters": {field: f"$response.body#/{field}"}}
        for target, field in _LINKS.get(operation["operationId"], ())
    }
    for status in responses if links else ():
        if status.startswith("2"):
            responses[status]["links"] = links
    operation["responses"] = dict(sorted(responses.items()))


def _is_problem(response: dict[str, Any]) -> bool:
    return set(response.get("content", ())) == {MEDIA_TYPE}


def _problem(status: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    answer = {"description": _PROBLEMS[status][1], "content": {MEDIA_TYPE: {"schema": schema}}}
    return answer | ({"headers": _HEADERS[status]} if status in _HEADERS else {})


def main() -> None:
    """Print the document. No service is started."""
    from mien.service.app import create_app
    from mien.service.settings import ServiceSettings

    with tempfile.TemporaryDirectory() as folder:
        document = create_app(ServiceSettings(data_dir=folder)).openapi()
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
