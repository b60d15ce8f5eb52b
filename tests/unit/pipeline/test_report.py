from __future__ import annotations

import json
from fractions import Fraction

import pytest

from mien.pipeline.report import Report

pytestmark = pytest.mark.unit


def test_a_report_is_one_line_of_json_with_an_exact_rate() -> None:
    report = Report(
        output="out.mp4",
        engine="mesh",
        frames=3,
        size=(640, 480),
        rate=Fraction(30000, 1001),
        fps=12.3456,
        faces_found=2,
        faces_lost=1,
        seconds={"render": 0.123456, "total": 1.0},
    )
    line = report.to_json()
    facts = json.loads(line)
    assert "\n" not in line
    assert facts["rate"] == "30000/1001"
    assert facts["fps"] == 12.35
    assert facts["size"] == [640, 480]
    assert facts["seconds"] == {"render": 0.1235, "total": 1.0}
    assert (facts["frames"], facts["faces_found"], facts["faces_lost"]) == (3, 2, 1)
