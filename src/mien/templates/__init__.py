"""Motion as files: LivePortrait's pickles, read safely, and Mien's own format."""
