"""Lips by MuseTalk: its networks, what is heard, and where both are put."""
