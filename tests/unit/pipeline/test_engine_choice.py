"""The engine of a run, its folders, and what is told before it is loaded."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from mien.engines.settings import EngineSettings
from mien.errors import MienWarning, OptionError
from mien.pipeline.engine_choice import beside_others, check_for, chosen_engine
from mien.types import MotionOptions

pytestmark = pytest.mark.unit

NOTHING = MotionOptions()


def test_folders_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_MODELS_DIR", "/weights")
    monkeypatch.setenv("MIEN_CACHE_DIR", "/made")
    settings = chosen_engine("liveportrait")
    assert (settings.models_dir, settings.cache_dir) == (Path("/weights"), Path("/made"))
    named = chosen_engine(EngineSettings("liveportrait", models_dir=Path("/others")))
    assert named.models_dir == Path("/others")


def test_an_engine_without_weights_has_no_folder_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_MODELS_DIR", "/weights")
    assert chosen_engine("mesh").models_dir is None
    with pytest.raises(OptionError, match="--models-dir: engine mesh has no use for it"):
        chosen_engine(EngineSettings("mesh", models_dir=Path("/weights")))


def test_what_an_engine_does_not_have_is_told_first() -> None:
    with pytest.raises(OptionError, match="engine mesh has only humans"):
        chosen_engine(EngineSettings("mesh", species="animals"))


@pytest.mark.parametrize(
    "options",
    [
        MotionOptions(region="exp"),
        MotionOptions(retarget=frozenset({"eyes"})),
        MotionOptions(eyes_open=0.3),
    ],
)
def test_what_animals_cannot_do_is_told_before_weights_are_looked_for(
    options: MotionOptions,
) -> None:
    animals = EngineSettings("liveportrait", species="animals", models_dir=Path("nowhere"))
    check_for(animals, NOTHING, film=False)
    with pytest.raises(OptionError, match="animal"):
        check_for(animals, options, film=False)


@pytest.mark.parametrize(
    ("settings", "option"),
    [
        (EngineSettings("liveportrait", hold_eyes=True), "--hold-eyes"),
        (EngineSettings("liveportrait", orthonormal=True), "--orthonormal"),
        (EngineSettings("liveportrait", smoothing=None), "--source-smoothing"),
    ],
)
def test_what_does_nothing_to_a_picture_is_a_warning(settings: EngineSettings, option: str) -> None:
    with pytest.warns(MienWarning, match=f"{option} is for films"):
        check_for(settings, NOTHING, film=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_for(settings, NOTHING, film=True)


def test_a_decoder_may_be_there_for_others() -> None:
    tiny = EngineSettings(decoder="tiny")
    assert beside_others(tiny) == EngineSettings()
    with pytest.raises(OptionError, match="--decoder: engine mesh has no use for it"):
        chosen_engine(tiny)
    drawn = EngineSettings("personalive", decoder="tiny")
    assert beside_others(drawn) == drawn


def test_a_film_is_no_portrait_of_what_draws_anew() -> None:
    settings = EngineSettings("personalive")
    check_for(settings, MotionOptions(region="lip"), film=False)  # by the bridge
    with pytest.raises(OptionError, match="personalive moves pictures, not films"):
        check_for(settings, NOTHING, film=True)


def test_a_picture_has_no_rotation_to_be_replaced_either() -> None:
    replaced = MotionOptions(head_rotation="replace")
    with pytest.warns(MienWarning, match="--head-rotation replace is for films"):
        check_for(EngineSettings(), replaced, film=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_for(EngineSettings(), replaced, film=True)
