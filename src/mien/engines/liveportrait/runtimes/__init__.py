"""Ways to run the networks: torch, OpenVINO, onnxruntime."""
