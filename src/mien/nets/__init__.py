"""Networks as torch modules: no files, no devices, no pictures."""
