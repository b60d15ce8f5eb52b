"""Where a driver takes a portrait's head."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from mien.engines.personalive.following import HeadFollower
from mien.engines.personalive.references import Reference
from mien.nets.personalive.keypoints import Heads, keypoints_of
from mien.types import Image

pytestmark = pytest.mark.unit

POINTS = torch.linspace(-0.3, 0.3, 63).view(1, 21, 3)


class Reader:
    """Heads as pictures say it: the first pixel's red is yaw in degrees, its green hundredths to
    the right."""

    device = torch.device("cpu")

    def heads(self, pictures: Image) -> Heads:
        yaws, places, count = pictures[:, 0, 0, 0], pictures[:, 0, 0, 1], len(pictures)
        angles, translation = torch.zeros(count, 3), torch.zeros(count, 3)
        angles[:, 1] = torch.from_numpy(yaws).float()
        translation[:, 0] = torch.from_numpy(places).float() / 100
        return Heads(2 * POINTS.expand(count, -1, -1), angles, translation, torch.ones(count, 1))


def pictures(*heads: tuple[int, int]) -> Image:
    made = np.zeros((len(heads), 2, 2, 3), np.uint8)
    made[:, 0, 0, :2] = heads
    return made


def follower(rest: Image | None = None) -> HeadFollower:
    nothing = torch.zeros(1)
    head = portrait_at(0.1)
    networks: Any = Reader()
    reference = Reference(nothing, nothing, (), nothing, head)
    return HeadFollower(networks, reference, rest)


def portrait_at(x: float, yaw: float = 0.0) -> Heads:
    place, angles = torch.tensor([[x, 0.0, 0.0]]), torch.tensor([[0.0, yaw, 0.0]])
    return Heads(POINTS, angles, place, torch.full((1, 1), 1.5))


def test_a_head_turns_as_the_drivers_and_goes_half_as_far() -> None:
    follow = follower()
    follow(pictures((10, 20), (10, 20), (10, 20), (10, 20)))
    shown = pictures((10, 20), (20, 20), (10, 40), (30, 60))
    portrait, driver = follow(shown)
    expected = [portrait_at(0.1, 10), portrait_at(0.1, 20), portrait_at(0.2, 10)]
    expected.append(portrait_at(0.3, 30))
    torch.testing.assert_close(portrait, torch.cat([keypoints_of(each) for each in expected]))
    torch.testing.assert_close(
        driver, keypoints_of(Reader().heads(pictures((10, 20), (20, 20), (10, 40), (30, 60))))
    )


def test_at_first_the_head_is_on_its_way() -> None:
    portrait, driver = follower()(pictures((12, 20), (12, 20), (12, 20), (12, 20)))
    assert (len(portrait), len(driver)) == (16, 4)
    way = [keypoints_of(portrait_at(0.1, step)) for step in range(12)]
    torch.testing.assert_close(portrait[:12], torch.cat(way))
    torch.testing.assert_close(portrait[12:13], keypoints_of(portrait_at(0.1, 12)))


def test_places_count_from_where_the_driver_rests() -> None:
    rest = pictures((0, 20))[0]
    portrait, _ = follower(rest)(pictures((0, 44), (0, 44), (0, 20), (0, 20)))
    torch.testing.assert_close(portrait[12:13], keypoints_of(portrait_at(0.22)))
    torch.testing.assert_close(portrait[14:15], keypoints_of(portrait_at(0.1)))
    steps = [keypoints_of(portrait_at(0.1 + 0.01 * step)) for step in range(12)]
    torch.testing.assert_close(portrait[:12], torch.cat(steps))
