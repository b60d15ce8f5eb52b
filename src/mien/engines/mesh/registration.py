"""Reads the driver's motion finer than landmarks can: optical flow from the reference frame.

Landmarks are found in each frame anew and wander over the skin by a fraction of a percent of
the face. Flow from one fixed reference frame does not drift, follows skin, hair and neck, and
brings the frame into register so that shading can be compared. All of it happens in a small grey
crop held in place by a similarity; DIS flow (Kroeger et al. 2016) starts from the landmarks' own
displacement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.raster import Triangles
from mien.engines.mesh.remap import remap, remap_points
from mien.engines.mesh.rings import place_rings
from mien.engines.mesh.topology import (
    NUM_VERTICES,
    OPENINGS,
    OVAL,
    RING_BANDS,
    SKIN,
    border_loop,
    border_triangles,
)
from mien.landmarks import (
    INNER_LIPS,
    LEFT_EYE,
    LEFT_IRIS,
    NUM_LANDMARKS,
    NUM_SKIN,
    OUTER_LIPS,
    RIGHT_EYE,
    RIGHT_IRIS,
    RIGID,
)
from mien.motion.fields import distance_to
from mien.motion.pose import fit_pose, to_head, to_picture
from mien.types import DriverPixels, Floats, Image, Mask

Field = NDArray[np.float32]

SIDE_PX = 128
"""Side of the square crop in which flow is computed."""
_CROP_HEAD_UNITS = 4.2
_GRID_STEP = 8
_MARGIN_PX = 3
_TRUST_UNITS = 0.07
"""How far, in head units, flow may leave the landmarks' own displacement and be believed."""


def _flow_weight() -> Floats:
    """How much of each landmark is read by flow, (478,), 0..1. None at lips, lids and irises:
    where skin appears and disappears, flow has nothing to follow."""

    def away_from(landmarks: tuple[int, ...], near: float, far: float) -> Floats:
        return cast(Floats, np.clip((distance_to(landmarks) - near) / (far - near), 0, 1))

    weight = away_from(OUTER_LIPS, 0.2, 0.5) * away_from(RIGHT_EYE + LEFT_EYE, 0.02, 0.12)
    weight[list(INNER_LIPS + RIGHT_IRIS + LEFT_IRIS)] = 0
    return cast(Floats, weight)


_FLOW_WEIGHT = _flow_weight()

_ROWS, _COLUMNS = np.mgrid[:SIDE_PX, :SIDE_PX].astype(np.float32)


@dataclass(frozen=True, slots=True)
class Reading:
    """One driver frame, read against the reference frame.

    landmarks: (478, 3) pixels of the driver's picture, refined. rings: (108, 2) pixels.
    luma: (SIDE_PX, SIDE_PX) float32, the frame's grey values brought into the reference's place.
    trust: (SIDE_PX, SIDE_PX) float32, 0..1, where that register can be believed.
    """

    landmarks: Floats
    rings: Floats
    luma: Field
    trust: Field


class Registration:
    """Flow from one reference frame of the driver, in a small crop of it.

    mesh: (NUM_VERTICES, 2) float32, landmarks, rings and border in that crop's pixels.
    rings_seen: (108, 1), 1 for ring vertices within the crop, 0 for the others.
    luma: (SIDE_PX, SIDE_PX) float32, 0..255, the crop's grey values.
    """

    def __init__(self, reference: DriverPixels) -> None:
        landmarks = reference.landmarks
        pose = fit_pose(landmarks)
        reduction = SIDE_PX / (_CROP_HEAD_UNITS * pose.scale)
        self._step = 2 ** max(0, round(np.log2(1 / reduction)))
        centre = (landmarks[OVAL, :2].min(0) + landmarks[OVAL, :2].max(0)) / 2
        zoom = np.eye(2) * reduction
        self._to_crop = np.c_[zoom, SIDE_PX / 2 - zoom @ centre]
        ring_px = to_picture(place_rings(to_head(landmarks, pose)), pose)[:, :2]
        self._rigid = landmarks[list(RIGID), :2].astype(np.float64)
        self._vertices = _apply(self._to_crop, np.r_[landmarks[:, :2], ring_px]).astype(np.float32)
        ring_places = self._vertices[NUM_LANDMARKS:]
        inside = (ring_places > _MARGIN_PX) & (ring_places < SIDE_PX - _MARGIN_PX)
        self.rings_seen: Floats = np.asarray(inside.all(axis=1), np.float64)[:, None]
        border = border_loop((SIDE_PX, SIDE_PX))
        self.mesh = np.r_[self._vertices, border].astype(np.float32)
        self._flat = np.c_[self.mesh, np.zeros(len(self.mesh))]
        last_ring = self._vertices[-len(OVAL) :]
        rim = border_triangles(last_ring, border)
        self._triangles = np.concatenate([SKIN, OPENINGS, *RING_BANDS, rim])
        self._weights = np.ones((len(self._vertices), 1))
        self._weights[:NUM_LANDMARKS] = _FLOW_WEIGHT[:, None]
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        self._flow.setFinestScale(1)
        self._flow.setVariationalRefinementIterations(0)
        self._flow.setGradientDescentIterations(10)
        self._reference = self._crop(reference.image, self._to_crop)
        self.luma = self._reference.astype(np.float32)

    def read(self, pixels: DriverPixels) -> Reading:
        """Refine the landmarks of one frame of the driver."""
        stabilise = _similarity(pixels.landmarks[list(RIGID), :2], self._rigid)
        to_crop = _compose(self._to_crop, stabilise)
        crop = self._crop(pixels.image, to_crop)
        found = self._vertices.astype(np.float64)
        found[:NUM_LANDMARKS] = _apply(to_crop, pixels.landmarks[:, :2])
        expected = self._expected_flow(found)
        flow = cast(Field, self._flow.calc(self._reference, crop, expected.copy()))
        trust = self._trust(flow - expected)
        tracked = self._vertices + remap_points(flow, self._vertices)
        weights = self._weights.copy()
        weights[:NUM_SKIN] *= remap_points(trust, self._vertices[:NUM_SKIN])[:, None]
        found += (tracked - found) * weights
        back = cast(Floats, cv2.invertAffineTransform(to_crop))
        refined = pixels.landmarks.astype(np.float64)
        refined[:, :2] = _apply(back, found[:NUM_LANDMARKS])
        luma = remap(crop, _COLUMNS + flow[..., 0], _ROWS + flow[..., 1]).astype(np.float32)
        return Reading(refined, _apply(back, found[NUM_LANDMARKS:]), luma, trust)

    def _trust(self, deviation: Field) -> Field:
        """1 where flow is at most a limit off the landmarks' displacement, 0 from twice that."""
        limit = _TRUST_UNITS * SIDE_PX / _CROP_HEAD_UNITS
        size = cv2.blur(cv2.magnitude(deviation[..., 0], deviation[..., 1]), (5, 5))
        trust: Field = np.clip(2 - np.asarray(size, np.float32) / np.float32(limit), 0, 1)
        return trust

    def _expected_flow(self, found: Floats) -> Field:
        """The landmarks' own displacement, spread over the crop by the mesh."""
        displacement = np.zeros((NUM_VERTICES, 2), np.float32)
        displacement[:NUM_LANDMARKS] = found[:NUM_LANDMARKS] - self._vertices[:NUM_LANDMARKS]
        side = SIDE_PX // _GRID_STEP
        grid, _ = Triangles(self._triangles, displacement).draw(
            self._flat, (side, side), step=_GRID_STEP
        )
        return np.stack([cv2.resize(place, (SIDE_PX, SIDE_PX)) for place in grid], axis=-1)

    def _crop(self, image: Image, to_crop: Floats) -> Mask:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        if (step := self._step) > 1:  # bilinear sampling alone would alias
            width, height = grey.shape[1] // step, grey.shape[0] // step
            grey = grey[: height * step, : width * step]  # whole steps are ten times as fast
            grey = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
            shift = (step - 1) / 2
            to_crop = _compose(to_crop, np.array([[step, 0, shift], [0, step, shift]]))
        crop = cv2.warpAffine(grey, to_crop, (SIDE_PX, SIDE_PX), borderMode=cv2.BORDER_REPLICATE)
        return cast(Mask, crop)


def _apply(transform: Floats, points: Floats) -> Floats:
    return cast(Floats, points @ transform[:, :2].T + transform[:, 2])


def _compose(outer: Floats, inner: Floats) -> Floats:
    """The 2x3 transform that does ``inner`` first, then ``outer``."""
    composed = outer[:, :2] @ inner
    composed[:, 2] += outer[:, 2]
    return cast(Floats, composed)


def _similarity(points: Floats, onto: Floats) -> Floats:
    """Least-squares 2x3 similarity that brings (n, 2) points onto others."""
    mean, onto_mean = points.mean(0), onto.mean(0)
    a, b = points - mean, onto - onto_mean
    norm = (a * a).sum()
    c, s = (a * b).sum() / norm, (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum() / norm
    turn = np.array([[c, -s], [s, c]])
    return cast(Floats, np.column_stack([turn, onto_mean - turn @ mean]))
