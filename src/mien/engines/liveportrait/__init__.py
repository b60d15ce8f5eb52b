"""LivePortrait: a portrait moved through its implicit keypoints by networks."""
