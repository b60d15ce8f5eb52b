"""Where results are kept: a folder, or a bucket."""
