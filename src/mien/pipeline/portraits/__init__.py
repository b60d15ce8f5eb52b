"""The pictures and films that move: read, fitted, their faces found and prepared."""
