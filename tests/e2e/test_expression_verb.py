"""``mien expression list|show|new``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e.ending import Ending
from mien.motion.expressions import Expression, load_expressions
from mien.pipeline.verbs.expression_file import PLACE, expressions_file

pytestmark = pytest.mark.e2e

Run = Callable[..., Ending]


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user's own expressions lie; nothing there yet."""
    monkeypatch.setenv(PLACE, str(tmp_path / "mine.toml"))
    return tmp_path / "mine.toml"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder for settings; nothing there yet."""
    monkeypatch.delenv(PLACE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.setenv("APPDATA", str(tmp_path / "settings"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_the_ten_are_listed(run: Run, settings: Path) -> None:
    done = run("expression", "list")
    assert (done.code, done.err) == (0, "")
    heading, *rows = done.out.splitlines()
    assert " ".join(row.split()[0] for row in rows) == (
        "neutral happy sad surprised angry disgusted fearful excited manic calm"
    )
    assert " ".join(heading.split()) == "name valence arousal mouth eyes brows scale units"
    assert " ".join(rows[1].split()) == (
        "happy 0.85 0.3 0.6 0.9 0.2 1.3 AU6+AU12+AU25+AU26 (built in)"
    )


def test_the_list_is_there_as_json(run: Run, settings: Path) -> None:
    facts = json.loads(run("expression", "list", "--json").out)
    assert len(facts) == 10
    assert facts[4] == {
        "name": "angry",
        "description": "Brows drawn down and together, a hard stare, bared teeth.",
        "action_units": ["AU4", "AU7", "AU10", "AU15", "AU16", "AU25", "AU29"],
        "valence": -0.6,
        "arousal": 0.6,
        "coarse": {"mouth": 0.3, "eyes": 0.8, "eyebrows": -0.7, "scale": 1.2},
        "origin": "built in",
    }


def test_a_new_expression_can_be_listed_shown_and_built_upon(run: Run, mine: Path) -> None:
    assert run("expression", "new", "smirk", "--like", "happy") == Ending(0, f"{mine}\n", "")
    assert run("expression", "new", "grin", "--like", "smirk").code == 0
    shown = {name: run("expression", "show", name).out for name in ("happy", "smirk", "grin")}
    assert shown["smirk"] == shown["happy"].replace("[happy", "[smirk")
    assert shown["grin"] == shown["happy"].replace("[happy", "[grin")
    listed = json.loads(run("expression", "list", "--json").out)
    assert [(e["name"], e["origin"]) for e in listed[10:]] == [
        ("smirk", str(mine)),
        ("grin", str(mine)),
    ]


def test_the_new_entry_explains_its_keys(run: Run, mine: Path) -> None:
    run("expression", "new", "smirk")
    table = mine.read_text()
    assert "ARKit blendshapes at intensity 1, each 0 to 1" in table
    assert "valence = 0.0  # -1 unpleasant to 1 pleasant" in table


def test_an_existing_name_needs_force(run: Run, mine: Path) -> None:
    run("expression", "new", "smirk")
    before = mine.read_text()
    for name, origin in (("smirk", mine), ("happy", "built in")):
        done = run("expression", "new", name)
        assert done == Ending(
            2,
            "",
            f"mien: expression {name}: exists already ({origin}); use --force to replace it\n",
        )
    assert mine.read_text() == before
    assert run("expression", "new", "smirk", "--like", "sad", "--force").code == 0
    assert mine.read_text().count("[smirk]") == 1
    assert "mouthFrown" in mine.read_text()


def test_without_a_word_they_lie_in_the_folder_for_settings(run: Run, settings: Path) -> None:
    path = expressions_file()
    assert settings in path.parents
    assert run("expression", "new", "smirk") == Ending(0, f"{path}\n", "")
    assert run("expression", "show", "smirk").code == 0


def test_a_file_can_be_named(run: Run, settings: Path) -> None:
    assert run("expression", "new", "smirk", "--file", "team.toml") == Ending(0, "team.toml\n", "")
    assert run("expression", "show", "smirk", "--file", "team.toml").code == 0
    assert run("expression", "show", "smirk").code == 2


@pytest.mark.parametrize("arguments", [("list",), ("show", "happy")])
def test_a_table_that_is_named_but_not_there_says_who_named_it(
    run: Run, mine: Path, arguments: tuple[str, ...]
) -> None:
    done = run("expression", *arguments)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert f"{mine}: MIEN_EXPRESSIONS names it, but there is no such file" in done.err
    assert "`mien expression new` makes it" in done.err
    assert run("expression", "new", "smirk").code == 0
    assert run("expression", *arguments).code == 0


def test_a_linked_table_stays_linked(run: Run, mine: Path) -> None:
    mine.symlink_to("elsewhere.toml")
    assert run("expression", "new", "smirk").code == 0
    assert mine.is_symlink()
    assert "[smirk]" in mine.with_name("elsewhere.toml").read_text()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("show", "joyful"), "expression 'joyful': there is none of that name; there are neutral,"),
        (("new", "Smirk!"), "expression 'Smirk!': a name is at most 40 of a-z"),
        (("new", "smirk", "--like", "joyful"), "expression 'joyful': there is none of that name"),
        (("new", "smirk", "--file", "none/x.toml"), "none/x.toml: the folder none does not exist"),
        (("list", "--file", "none.toml"), "expression table none.toml: is not a file that exists"),
        (("list", "--file", "."), "expression table .: is not a file that exists"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    run: Run, settings: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    done = run("expression", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"mien: {complaint}")
    assert done.err.count("\n") == 1


def test_a_damaged_table_is_neither_read_nor_changed(run: Run, mine: Path) -> None:
    mine.write_text("[smirk]\nvalence = 7\n")
    for arguments in (("list",), ("new", "grin"), ("show", "happy")):
        done = run("expression", *arguments)
        assert done.code == 2
        assert done.err.startswith("mien: expression smirk: ")
        assert str(mine) in done.err
    assert mine.read_text() == "[smirk]\nvalence = 7\n"
    assert list(mine.parent.iterdir()) == [mine]


def test_the_page_about_expressions_tells_the_truth(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "expressions.md").read_text("utf-8")
    rows = re.findall(r"^\| ([a-z]+) \| ([\d +]*?) ?\|" + r" ([-.\d]+) \|" * 6, page, re.MULTILINE)
    assert rows == [_row(each) for each in load_expressions().values()]
    monkeypatch.chdir(settings)
    entries = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    Path("team.toml").write_text("\n".join(entries), encoding="utf-8")
    for program in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(program, {})


def _row(expression: Expression) -> tuple[str, ...]:
    """As the page prints it: units without AU, numbers without a zero before the point."""
    coarse = expression.coarse
    numbers = (coarse.mouth, coarse.eyes, coarse.eyebrows, coarse.scale)
    return (
        expression.name,
        " + ".join(unit.removeprefix("AU") for unit in expression.action_units),
        *(
            f"{number:g}".replace("0.", ".")
            for number in (*numbers, expression.valence, expression.arousal)
        ),
    )
