"""TensorFlow Lite to plain ONNX, for the four face networks that Mien ships."""
