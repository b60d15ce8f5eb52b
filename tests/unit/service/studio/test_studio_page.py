"""The studio's files, and what they must agree with."""

from __future__ import annotations

import re

import pytest

from mien.motion.edits import RANGES
from mien.motion.idle import IDLES
from mien.service.studio.page import PAGE, studio_files

pytestmark = pytest.mark.unit


def text_of(path: str) -> str:
    return studio_files()[path].data.decode()


def test_the_sliders_are_those_of_edits_with_their_ranges() -> None:
    rows = re.findall(r'\["(\w+)", "[^"]+", (-?[\d.]+), (-?[\d.]+), \S+\]', text_of("sliders.js"))
    assert {name: (float(low), float(high)) for name, low, high in rows} == RANGES


def test_the_idle_motions_are_those_that_there_are() -> None:
    assert set(re.findall(r'value="idle:(\w+)"', text_of(PAGE))) == set(IDLES)


def test_every_element_that_modules_ask_for_is_in_the_page() -> None:
    there = set(re.findall(r'\bid="([^"]+)"', text_of(PAGE)))
    modules = [text_of(path) for path in studio_files() if path.endswith(".js")]
    asked = {id for module in modules for id in re.findall(r'byId\("([^"]+)"\)', module)}
    assert asked <= there


def test_modules_import_only_what_is_served() -> None:
    for path in studio_files():
        if path.endswith(".js") and "/" not in path:
            imported = re.findall(r'from "\./([^"]+)"', text_of(path))
            assert set(imported) <= set(studio_files()), path


def test_the_page_has_no_scripts_or_styles_of_its_own() -> None:
    page = text_of(PAGE)
    assert not re.search(r"<script[^>]*>[^<]|<style|\son\w+=|\sstyle=", page)


def test_modules_set_text_and_never_markup() -> None:
    for path in studio_files():
        if path.endswith(".js"):
            assert not re.search(
                r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", text_of(path)
            )
