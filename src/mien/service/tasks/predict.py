"""``/predict/`` as work: FasterLivePortrait's fields in our terms, and its ZIP made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from mien.engines.base import EngineInfo, engine_info
from mien.engines.liveportrait.framing.subjects import SOURCE_SCALE, SOURCE_Y
from mien.engines.settings import EngineSettings
from mien.pipeline.keeping import Keeper
from mien.pipeline.options import AnimateOptions
from mien.pipeline.portraits.films import is_film
from mien.pipeline.verbs.predicting import PredictOptions
from mien.pipeline.verbs.predicting import predict as make_prediction
from mien.service.tasks.jobs import JobOutcome, JobTask
from mien.service.tasks.predict_files import entry_name, write_zip
from mien.types import Framing, ProgressCallback

ZIP_NAME, ZIP_TYPE = "output.zip", "application/zip"


@dataclass(frozen=True, slots=True)
class PredictFlags:
    """FasterLivePortrait's fields by its own names, with its nominal values.
    docs/serving-predict.md says what each of them does here."""

    flag_pickle: bool = False
    flag_relative_input: bool = True
    flag_do_crop_input: bool = True
    flag_remap_input: bool = True
    driving_multiplier: float = 1.0
    flag_stitching: bool = True
    flag_crop_driving_video_input: bool = True
    flag_video_editing_head_rotation: bool = False
    scale: float = 2.3
    vx_ratio: float = 0.0
    vy_ratio: float = -0.125
    scale_crop_driving_video: float = 2.2
    vx_ratio_crop_driving_video: float = 0.0
    vy_ratio_crop_driving_video: float = -0.1
    driving_smooth_observation_variance: float = 1e-7

    def options(self, engine: EngineSettings, *, film: bool) -> PredictOptions:
        """The same in our terms. film: whether the source is one. Raises OptionError."""
        info = engine_info(engine.name)
        animate = AnimateOptions(
            engine=self._engine(engine, info, film=film),
            relative=self.flag_relative_input,
            multiplier=self.driving_multiplier,
            framing=self._framing(info),
            head_rotation=("replace" if film and self.flag_video_editing_head_rotation else "add"),
        )
        return PredictOptions(
            animate,
            paste_back=self.flag_do_crop_input and self.flag_remap_input and self.flag_stitching,
            driver_crop=self._driver_crop(),
            of_template=self.flag_pickle,
        )

    def _engine(self, engine: EngineSettings, info: EngineInfo, *, film: bool) -> EngineSettings:
        if "stitching" in info.extras:
            engine = replace(engine, stitching=self.flag_stitching)
        if film and "smoothing" in info.extras:
            engine = replace(engine, smoothing=self.driving_smooth_observation_variance)
        return engine

    def _framing(self, info: EngineInfo) -> Framing:
        """The nominal values are the engine's own framing, and others differ from that as they
        would from LivePortrait's: engines measure faces differently."""
        scale = info.crop_scale * (self.scale / SOURCE_SCALE)
        y = info.crop_y + (self.vy_ratio - SOURCE_Y)
        return Framing(min(max(scale, 1.0), 5.0), self.vx_ratio, min(max(y, -1.0), 1.0))

    def _driver_crop(self) -> Framing | None:
        if not self.flag_crop_driving_video_input:
            return None
        return Framing(
            self.scale_crop_driving_video,
            self.vx_ratio_crop_driving_video,
            self.vy_ratio_crop_driving_video,
        )


@dataclass(frozen=True, slots=True)
class PredictJob:
    """What is written down of a request. source, driver: ids of uploads. source_name, driver_name:
    what their sender calls them, as it goes into the ZIP."""

    KIND: ClassVar[str] = "predict"

    source: str
    driver: str
    source_name: str
    driver_name: str
    flags: PredictFlags

    @classmethod
    def of(
        cls, source: str, driver: str, source_name: str, driver_name: str, flags: PredictFlags
    ) -> PredictJob:
        """With the names made fit for a ZIP."""
        names = entry_name(source_name, "source"), entry_name(driver_name, "driver")
        return cls(source, driver, *names, flags)

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> PredictJob:
        """As it was written down."""
        return cls(**{**options, "flags": PredictFlags(**options["flags"])})


def predict(task: JobTask, keeper: Keeper, progress: ProgressCallback) -> JobOutcome:
    """The Doer of this kind: render, and pack what was made. Raises an InputError."""
    job = PredictJob.read(task.request.options)
    source, driver = (Path(task.request.files[id]) for id in (job.source, job.driver))
    options = job.flags.options(task.engine, film=is_film(source))
    made = make_prediction(source, driver, task.folder, options, keeper=keeper, progress=progress)
    packed = task.folder / ZIP_NAME
    write_zip(packed, made, job.source_name, job.driver_name)
    report: dict[str, Any] = json.loads(replace(made.report, output=ZIP_NAME).to_json())
    return JobOutcome(packed, ZIP_TYPE, ZIP_NAME, report)
