"""What the verbs of the command do, one module each: files in, a file and a report out."""
