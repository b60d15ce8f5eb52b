from __future__ import annotations

import json
import pickle
from dataclasses import asdict, replace
from importlib.resources import files
from pathlib import Path
from zipfile import ZipFile

import pytest

from fakes.templates import liveportrait
from mien.engines.settings import EngineSettings
from mien.pipeline.keeping import Keeper
from mien.service.errors import TooLargeError
from mien.service.tasks.jobs import JobLimits, JobRequest, JobTask
from mien.service.tasks.predict import PredictFlags, PredictJob
from mien.types import Framing, Progress

pytestmark = pytest.mark.unit

NOMINAL = PredictFlags()
MESH, LIVEPORTRAIT = EngineSettings("mesh"), EngineSettings("liveportrait")
PORTRAIT = Path(str(files("mien").joinpath("data", "astronaut.png")))


def test_the_nominal_values_are_the_engines_own() -> None:
    options = NOMINAL.options(MESH, film=False)
    assert options.animate.framing == Framing(2.2, 0.0, 0.0)
    assert options.animate.engine == MESH
    assert (options.animate.relative, options.animate.multiplier) == (True, 1.0)
    assert options.paste_back
    assert not options.of_template
    assert options.driver_crop == Framing(2.2, 0.0, -0.1)


def test_liveportrait_gets_the_numbers_that_are_said() -> None:
    flags = replace(NOMINAL, scale=2.5, vx_ratio=0.1, vy_ratio=-0.25)
    framing = flags.options(LIVEPORTRAIT, film=False).animate.framing
    assert framing.scale == pytest.approx(2.5)
    assert (framing.x, framing.y) == (0.1, pytest.approx(-0.25))


def test_other_engines_differ_from_their_own_by_as_much() -> None:
    flags = replace(NOMINAL, scale=4.6, vx_ratio=-0.1, vy_ratio=0.0)
    assert flags.options(MESH, film=False).animate.framing == Framing(4.4, -0.1, 0.125)
    assert replace(NOMINAL, scale=1.0).options(MESH, film=False).animate.framing.scale == 1.0


def test_what_only_liveportrait_has_is_told_to_it_alone() -> None:
    flags = replace(NOMINAL, flag_stitching=False, driving_smooth_observation_variance=1e-5)
    assert flags.options(MESH, film=True).animate.engine == MESH
    settings = flags.options(LIVEPORTRAIT, film=True).animate.engine
    assert (settings.stitching, settings.smoothing) == (False, 1e-5)
    assert flags.options(LIVEPORTRAIT, film=False).animate.engine == replace(
        LIVEPORTRAIT, stitching=False
    )


def test_a_head_rotation_is_replaced_only_in_films() -> None:
    flags = replace(NOMINAL, flag_video_editing_head_rotation=True)
    turned = [flags.options(MESH, film=film).animate.head_rotation for film in (True, False)]
    assert turned == ["replace", "add"]


@pytest.mark.parametrize("flag", ["flag_do_crop_input", "flag_remap_input", "flag_stitching"])
def test_three_flags_leave_the_whole_picture_as_it_was(flag: str) -> None:
    assert not replace(NOMINAL, **{flag: False}).options(MESH, film=False).paste_back


def test_the_whole_driver_is_shown_without_its_crop() -> None:
    flags = replace(NOMINAL, flag_crop_driving_video_input=False)
    assert flags.options(MESH, film=False).driver_crop is None


def test_a_job_is_read_as_it_was_written() -> None:
    job = PredictJob.of("a", "b", "../../x.png", "\x00", replace(NOMINAL, scale=3.0))
    assert (job.source_name, job.driver_name) == ("x.png", "driver")
    assert PredictJob.read(json.loads(json.dumps(asdict(job)))) == job


def task(folder: Path, *, max_frames: int = 100) -> JobTask:
    motion = folder / "motion.pkl"
    motion.write_bytes(pickle.dumps(liveportrait(3)))
    made = folder / "made"
    made.mkdir()
    job = PredictJob("a", "b", "s.png", "d.pkl", replace(NOMINAL, flag_pickle=True))
    request = JobRequest(PredictJob.KIND, asdict(job), {"a": str(PORTRAIT), "b": str(motion)})
    return JobTask(request, made, MESH, JobLimits(max_frames))


def test_a_job_makes_one_file(tmp_path: Path) -> None:
    steps: list[Progress] = []
    keeper = Keeper()
    outcome = task(tmp_path).run(keeper, steps.append)
    keeper.close()
    assert steps == [Progress(number, 3) for number in (1, 2, 3)]
    assert list((tmp_path / "made").iterdir()) == [outcome.file]
    assert (outcome.name, outcome.media_type) == ("output.zip", "application/zip")
    assert (outcome.report["frames"], outcome.report["output"]) == (3, "output.zip")
    with ZipFile(outcome.file) as packed:
        assert packed.namelist() == ["s.png-d.pkl-crop.mp4", "s.png-d.pkl-org.mp4"]
        assert packed.testzip() is None


def test_more_frames_than_allowed_leave_nothing(tmp_path: Path) -> None:
    keeper = Keeper()
    with pytest.raises(TooLargeError, match="more than 2 frames"):
        task(tmp_path, max_frames=2).run(keeper, lambda step: None)
    keeper.close()
    assert list((tmp_path / "made").iterdir()) == []
