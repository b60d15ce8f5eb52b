"""Folds of the skin for expressions that no driver's picture shows."""
