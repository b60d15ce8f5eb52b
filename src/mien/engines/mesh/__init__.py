"""The mesh engine: a portrait warped in real time on a CPU, with no weights."""
