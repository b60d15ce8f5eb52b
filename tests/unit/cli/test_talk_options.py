"""Options of talking that an engine and other networks both have."""

from __future__ import annotations

import pytest

from mien.cli.picture_options import PictureOptions
from mien.cli.talk_options import NetworkOptions
from mien.errors import OptionError

pytestmark = pytest.mark.unit


def test_guidance_is_the_engines() -> None:
    said = NetworkOptions().arguments(PictureOptions(engine="personalive", guidance=3.0))
    assert said["engine"].guidance == 3.0
    assert said["joyvasa"] is None
    assert NetworkOptions().arguments(PictureOptions())["engine"].guidance == 1.0


def test_with_joyvasa_guidance_is_its_own() -> None:
    speaking = NetworkOptions(audio_driver="joyvasa")
    said = speaking.arguments(PictureOptions(guidance=9.0))
    assert (said["joyvasa"].guidance, said["engine"].guidance) == (9.0, 1.0)
    assert speaking.arguments(PictureOptions())["joyvasa"].guidance == 2.0
    with pytest.raises(OptionError, match="--guidance: 99 is not a number from 0 to 10"):
        speaking.arguments(PictureOptions(guidance=99.0))
    with pytest.raises(OptionError, match="--guidance: 9 is not a number from 1 to 5"):
        NetworkOptions().arguments(PictureOptions(guidance=9.0))


def test_a_small_decoder_is_everybodys() -> None:
    said = NetworkOptions(lips="musetalk").arguments(PictureOptions(decoder="tiny"))
    assert (said["musetalk"].decoder, said["engine"].decoder) == ("tiny", "tiny")
