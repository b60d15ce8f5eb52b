"""The networks of LivePortrait (Guo et al. 2024), named as in its weights."""
