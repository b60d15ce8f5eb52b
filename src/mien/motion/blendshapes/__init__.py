"""The 52 blendshapes on a face: what each moves, a face posed with them, and back again."""
