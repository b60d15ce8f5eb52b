"""The fields of ``/predict/``: FasterLivePortrait's, each of them optional here."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any

from fastapi import UploadFile
from pydantic import BaseModel, ConfigDict, Field

from mien.engines.settings import MAX_SMOOTHING
from mien.errors import OptionError
from mien.service.routes.forms import Absent
from mien.service.tasks.predict import PredictFlags

Share = Annotated[float, Field(ge=-1, le=1)]


class PredictForm(BaseModel):
    """What is sent to `/predict/`. Switches are `true` or `false`, `1` or `0`, `yes` or `no`, `on`
    or `off`. Other fields are ignored, as they always were."""

    model_config = ConfigDict(allow_inf_nan=False, use_attribute_docstrings=True)

    source_image: UploadFile | Absent = None
    """The portrait: a picture, or a film whose face goes on moving. The content says which."""
    driving_video: UploadFile | Absent = None
    """What moves the face: a film, or a picture. Used unless `flag_pickle`."""
    driving_pickle: UploadFile | Absent = None
    """A motion template: LivePortrait's `.pkl`, or `.mien`. Used with `flag_pickle`. Nothing in it
    is ever run."""
    flag_is_animal: bool | Absent = None
    """Only `false`: animals cannot be moved here, because their faces are not found. Left out, it
    means people."""
    flag_pickle: bool = False
    """Whether `driving_pickle` moves the face."""
    flag_relative_input: bool = True
    """Add the driver's change since its first frame; else take its pose and expression as they
    are."""
    flag_do_crop_input: bool = True
    """Without it the whole picture stays as it was."""
    flag_remap_input: bool = True
    """The same: whether the moved face is put back into the whole picture."""
    driving_multiplier: Annotated[float, Field(ge=0, le=3)] = 1.0
    """Gain of the motion."""
    flag_stitching: bool = True
    """Hold the shoulders where they are, with engines that can; without it the whole picture stays
    as it was."""
    flag_crop_driving_video_input: bool = True
    """Show the driver's face on the left, or its whole picture."""
    flag_video_editing_head_rotation: bool = False
    """Of a film as the portrait: turn the head as the driver's is turned, instead of by as much as
    it turns."""
    scale: Annotated[float, Field(ge=1, le=5)] = 2.3
    """Side of the portrait's crop, in sizes of the face; 2.3 is the engine's own."""
    vx_ratio: Share = 0.0
    """How far the crop lies to the right of the face, in sides."""
    vy_ratio: Share = -0.125
    """How far it lies below; -0.125 is the engine's own."""
    scale_crop_driving_video: Annotated[float, Field(ge=1, le=5)] = 2.2
    """The same of the driver's crop that is shown."""
    vx_ratio_crop_driving_video: Share = 0.0
    """The same of the driver's crop that is shown."""
    vy_ratio_crop_driving_video: Share = -0.1
    """The same of the driver's crop that is shown."""
    driving_smooth_observation_variance: Annotated[float, Field(ge=0, le=MAX_SMOOTHING)] = 1e-7
    """Of a film as the portrait, with engines that smooth it: variance of the noise that is taken
    out of the motion."""

    @property
    def source(self) -> UploadFile:
        """Raises OptionError where there is none."""
        if _is_missing(self.source_image):
            raise OptionError("source_image", "is needed: a picture or a film of a face")
        assert self.source_image is not None
        return self.source_image

    @property
    def driver_field(self) -> str:
        """In which field the driver comes."""
        return "driving_pickle" if self.flag_pickle else "driving_video"

    @property
    def driver(self) -> UploadFile:
        """The one that ``flag_pickle`` chooses. Raises OptionError where there is none."""
        name = self.driver_field
        file: UploadFile | None = getattr(self, name)
        if _is_missing(file):
            needed = "a motion template" if self.flag_pickle else "a film or a picture of a face"
            state = "true" if self.flag_pickle else "false"
            raise OptionError(name, f"is needed, as flag_pickle is {state}: {needed}")
        assert file is not None
        return file

    @property
    def flags(self) -> PredictFlags:
        """What the task reads of it."""
        return PredictFlags(
            **{each.name: getattr(self, each.name) for each in fields(PredictFlags)}
        )


def _is_missing(file: UploadFile | None) -> bool:
    """Browsers send a part without name and content for a file that was not chosen."""
    return file is None or (not file.filename and not file.size)


EXAMPLES: dict[str, Any] = {
    "film": {
        "summary": "A picture follows a film",
        "value": {"source_image": "(s12.jpg)", "driving_video": "(d14.mp4)"},
    },
    "template": {
        "summary": "A picture follows a motion template",
        "value": {
            "source_image": "(s12.jpg)",
            "driving_pickle": "(d5.pkl)",
            "flag_pickle": True,
            "driving_multiplier": 1.2,
        },
    },
    "turned": {
        "summary": "A film whose head turns as the driver's",
        "value": {
            "source_image": "(interview.mp4)",
            "driving_video": "(d14.mp4)",
            "flag_video_editing_head_rotation": True,
        },
    },
}
