from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from mien.errors import OptionError, UnreadableMediaError
from mien.pipeline.clip import TalkConfig

pytestmark = pytest.mark.unit

DOCS = Path(__file__).parents[4] / "docs" / "talking.md"


def config(tmp_path: Path, text: str) -> TalkConfig:
    path = tmp_path / "talk.yaml"
    path.write_text(text, encoding="utf-8")
    return TalkConfig.from_yaml(path)


def test_a_file_says_what_it_says_and_nothing_else(tmp_path: Path) -> None:
    said = config(tmp_path, "fps: 30\ngaze: [0.1, -0.2]\nexpression_sequence: [happy, sad]\n")
    expected = TalkConfig(fps=30, gaze=(0.1, -0.2), expression_sequence=["happy", "sad"])
    assert said == expected
    assert config(tmp_path, "# nothing\n") == TalkConfig()


def test_the_example_of_the_documentation_holds_every_key() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    said = yaml.safe_load(example)
    assert set(said) == {field.name for field in fields(TalkConfig)}
    TalkConfig.from_mapping(said)


def test_what_a_call_says_wins_over_the_file() -> None:
    said = TalkConfig(fps=30).over(TalkConfig(fps=24, seed=7))
    assert said == TalkConfig(fps=30, seed=7)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("fpz: 24", "'fpz' is no key; there are engine"),
        ("- a\n- b", "holds list"),
        ("fps: [", "is no YAML"),
        ("fps: true", "fps is True; give"),
        ("seed: 1.5", "seed is 1.5; give a whole number"),
        ("strict: 1", "strict is 1; give true or false"),
        ("gaze: [1]", r"gaze is \[1\]; give \[right, up\]"),
        ("gaze: left", "gaze is 'left'; give a list"),
        ("text: 3", "text is 3; give text"),
        ("!!python/object/apply:os.system [ls]", "is no YAML"),
        ("\x00", "is no YAML"),
        ("fps: 24\nseed: 1\nfps: 30", "is no YAML: 'fps' is there twice, again in line 3"),
        ("gaze: &both [0, 0]\nexpression_sequence: *both", "aliases .* are not read"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(OptionError, match=complaint) as caught:
        config(tmp_path, text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        "fps: 0",
        "fps: fast",
        "duration: .inf",
        "size: 3",
        "seed: -1",
        "intensity: 2",
        "gaze: [2, 0]",
        "device: gpu",
        "face: 0",
        "expression_sequence: [[0]]",
        "expression_sequence: 0:",
    ],
)
def test_values_that_cannot_be_are_told_with_the_file(tmp_path: Path, wrong: str) -> None:
    option = wrong.partition(":")[0]
    with pytest.raises(OptionError, match=rf"talk\.yaml: .*{option}") as caught:
        config(tmp_path, wrong)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMediaError, match="does not exist"):
        TalkConfig.from_yaml(tmp_path / "none.yaml")
    with pytest.raises(OptionError, match="larger than 1 MB"):
        config(tmp_path, "#" * 1_000_001)


def test_the_command_gets_its_own_names() -> None:
    said = TalkConfig(expression_preset="happy", gaze=(0.5, 0.0), fps="30000/1001", strict=True)
    assert said.for_command() == {"emotion": "happy", "gaze": "0.5,0.0", "fps": "30000/1001"}
    said = TalkConfig(expression_sequence=[(1, "sad")], expression_preset="happy", intensity=0.5)
    assert said.for_command() == {"emotions": "1:sad:0.5", "intensity": 0.5}


def test_names_without_times_need_a_duration_on_the_command_line() -> None:
    with pytest.raises(OptionError, match="spreads names evenly"):
        TalkConfig(expression_sequence=["happy", "sad"]).for_command()
    said = TalkConfig(expression_sequence=["happy", "sad"], duration=4.0).for_command()
    assert said["emotions"] == "0:happy:0.7 2:sad:0.7"
