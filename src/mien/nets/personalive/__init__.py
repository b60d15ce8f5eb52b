"""PersonaLive's networks, as far as they are not diffusers' or transformers' own, with the
parameter names of the official files.

Li et al., "PersonaLive! Expressive Portrait Image Animation for Live Streaming", 2025.

A portrait becomes latents, a token of CLIP's and what a reference UNet sees in it; a window of 16
frames is freed of noise by a denoising UNet that is told of the portrait, of what each frame's face
does (motion encoder) and of where its head is (a drawing of keypoints, pose guider). The keypoints
are LivePortrait's; VAE and image encoder are diffusers' and transformers' classes.

The networks are for inference: put them in eval mode. Names of tensors end in their shape; the
letters:

| letter | length |
|---|---|
| B | batch |
| F | frames of a window, 16 |
| C | channels |
| H, W | height, width; an eighth of the picture's in latents |
| L | tokens of a feature map, H times W |
| T, E | tokens of motion, 32, and their size, 16 |
| N, E | patches of a feature map, and the size of their tokens |
| K | keypoints, 21 |
| X | whatever is counted there |
| 3 | x to the right, y down, z inward; the canvas is [-1, 1] along each |
"""
