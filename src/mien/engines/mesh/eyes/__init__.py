"""Irises, whites and lids as layers over the warped picture."""
