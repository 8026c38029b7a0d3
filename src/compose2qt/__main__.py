"""``python -m compose2qt``."""

from compose2qt.cli import main

if __name__ == "__main__":
    main()
