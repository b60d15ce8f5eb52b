"""What workers do, each one a picklable value that can be run."""
