"""LivePortrait's networks, with the parameter names of the official files.

Guo et al., "LivePortrait: Efficient Portrait Animation with Stitching and Retargeting Control",
2024, built on Wang et al., "One-Shot Free-View Neural Talking-Head Synthesis", CVPR 2021.

A portrait becomes a volume of features F; a picture is read as 21 keypoints M; the volume is bent
from the portrait's keypoints to the driven ones W and painted G. Small regressors correct the
keypoints (S: stitching, and the opening of eyes and lips).

The networks are for inference: put them in eval mode, batch norms then use their running figures.
Names of tensors end in their shape; the letters:

| letter | length |
|---|---|
| B | batch |
| C | channels |
| D, H, W | depth, height, width: 16, 64, 64 in the volume |
| K | keypoints, 21 |
| N | motions, K + 1: the background's, then one for each keypoint |
| X | whatever is counted there: bins of angles, copies of a volume |
| 3 | x to the right, y down, z inward; the canvas is [-1, 1] along each |
"""
