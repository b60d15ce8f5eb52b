"""JoyVASA's networks, with the parameter names of the official file.

Cao et al., "JoyVASA: Portrait and Animal Image Animation with Diffusion-Based Audio-Driven Facial
Dynamics and Head Motion Generation", 2024. HuBERT (Hsu et al. 2021, the class of `transformers`)
hears a window of speech; a transformer that denoises, guided by what was heard, makes the motion of
that window go on from the motion before it.

The networks are for inference. Names of tensors end in their shape; the letters:

| letter | length |
|---|---|
| B | batch: with speech, and without, for guidance |
| S | samples at 16 kHz, 640 for each frame |
| L | frames of a window, 100 |
| P | frames before it that are known, 10 |
| N | P + L |
| M | numbers of one frame's motion, 73 |
| D | numbers of one frame's speech, and the width of the denoiser, 256 |
| T | frames of HuBERT |
| C | channels of HuBERT |
"""
