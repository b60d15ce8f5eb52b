"""What measurements of speed and memory have in common."""
