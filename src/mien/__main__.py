"""``python -m mien``: the command, where its own script is not on the path."""

from mien.cli import main

if __name__ == "__main__":
    main()
