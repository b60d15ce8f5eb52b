"""Sizes of a UNet that takes no time."""

TINY = {
    "block_out_channels": [32, 64],
    "cross_attention_dim": 24,
    "attention_head_dim": 4,
    "layers_per_block": 1,
    "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"],
}
