"""Expression and pose as numbers: the template face, its blendshapes, smoothing."""
