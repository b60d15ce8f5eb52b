"""Weights of the neural engines: which files, from where, and how they get into a network."""
