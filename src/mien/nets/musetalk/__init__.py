"""MuseTalk's networks, as far as they are not diffusers' or transformers' own.

Zhang et al., "MuseTalk: Real-Time High-Fidelity Video Dubbing via Spatio-Temporal Sampling", 2024.

A face whose lower half is hidden and the same face whole become latents; one step of a UNet that is
told what is heard paints the lower half. The UNet and the autoencoder are diffusers' classes, the
encoder of sound is transformers'; their sizes are in `params`. The network that tells the parts of
a face apart is here: Yu et al., "BiSeNet", 2018, with a ResNet-18 (He et al., 2016).

Names of tensors end in their shape; the letters:

| letter | length |
|---|---|
| B | batch |
| C | channels |
| H, W | height, width |
| T | tokens of sound, 50 |
"""
