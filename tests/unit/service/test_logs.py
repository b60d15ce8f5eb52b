from __future__ import annotations

import json
import logging
import sys

import pytest

from mien.service.logs import formatter

pytestmark = pytest.mark.unit


def record(**facts: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"msg": "request %s", "args": ("in",), "levelname": "INFO"})
    vars(made).update(facts)
    return made


def test_a_line_of_json_has_the_facts_as_keys() -> None:
    line = json.loads(formatter("json").format(record(status=200, request_id="r1")))
    assert line["message"] == "request in"
    assert (line["status"], line["request_id"], line["level"]) == (200, "r1", "info")


def test_a_line_of_text_ends_with_the_facts() -> None:
    line = formatter("text").format(record(status=200, path="/render"))
    assert line.endswith("request in status=200 path=/render")
    assert "\n" not in line


@pytest.mark.parametrize("form", ["json", "text"])
def test_what_a_caller_chose_cannot_make_a_line_of_its_own(form: str) -> None:
    assert "\n" not in formatter(form).format(record(path="/a\n2026 ERROR forged"))


def test_what_a_caller_chose_cannot_look_like_another_fact() -> None:
    line = formatter("text").format(record(path='/x" status=200', status=404))
    assert line.endswith(r'path="/x\" status=200" status=404')


def test_an_exception_is_told_with_its_traceback() -> None:
    try:
        raise ValueError("no")
    except ValueError:
        line = json.loads(formatter("json").format(record(exc_info=sys.exc_info())))
    assert "ValueError: no" in line["exception"]
