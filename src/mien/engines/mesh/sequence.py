"""A portrait that is a film: each frame's source, made from the one before.

What belongs to the person (lids with their lashes, colours of skin and teeth) is learnt once and
kept, so that what is painted does not flicker; what belongs to the frame (its pixels, the mesh,
its eyes, the inside of its mouth) is its own. The background moves with the film, so there is no
still one behind the person.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mien.engines.mesh.eyes.painter import EyePainter
from mien.engines.mesh.geometry import lay_mesh
from mien.engines.mesh.source import MeshSource, crop_edge, crop_of
from mien.face import Segmenter, cut, feather, follow_crop, in_crop
from mien.types import Face, Framing, Portrait

_NEWEST = 0.15
"""Weight of the newest frame in what is known of where the person ends."""


def next_source(
    previous: MeshSource,
    portrait: Portrait,
    face: Face,
    framing: Framing,
    segmenter: Segmenter,
) -> MeshSource:
    """The source of the next frame of a film. Some 40 ms at 512 pixels.

    previous: of the frame before; at the beginning, of the same frame as a still.
    """
    height, width = portrait.pixels.shape[:2]
    wanted = crop_of(face, (width, height), framing)
    crop = follow_crop(previous.crop, wanted, (width, height))
    image = cut(portrait.pixels, crop)
    landmarks = in_crop(face.landmarks, crop)
    mesh = lay_mesh(landmarks, segmenter.segment(image))
    if not previous.mesh.stiff:  # shares of another kind
        shares = previous.mesh.shares + _NEWEST * (mesh.shares - previous.mesh.shares)
        mesh = replace(mesh, shares=shares)
    coverage = None if portrait.alpha is None else cut(portrait.alpha, crop)
    alpha = np.full(image.shape[:2], 255, np.uint8) if coverage is None else coverage
    same_crop = crop == previous.crop
    return MeshSource(
        crop=crop,
        mesh=mesh,
        transparent=coverage is not None,
        backdrop=None,
        texture=np.dstack([image, alpha]),
        fine_texture=None,
        feather=previous.feather if same_crop else feather(crop, (width, height), crop_edge(crop)),
        eyes=EyePainter(image, landmarks),
        lids=previous.lids.in_next(image, landmarks),
        mouth=previous.mouth.in_next(image, landmarks, mesh.head, mesh.pose),
        seen_once=True,
        resting=image if crop.reduced else None,
    )
