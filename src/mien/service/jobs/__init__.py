"""Long work that survives: written down, waiting its turn, run, kept, and deleted in time."""
