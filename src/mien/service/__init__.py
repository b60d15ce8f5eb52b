"""Mien over HTTP: routes thin over `mien.pipeline`, jobs that survive, work in other processes."""
