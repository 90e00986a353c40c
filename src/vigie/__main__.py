"""Lets `python -m vigie` do what the `vigie` command does, where scripts are not on the path."""

from vigie.cli import main

if __name__ == "__main__":
    main()
