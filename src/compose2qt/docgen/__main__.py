"""``python -m compose2qt.docgen [--check]``: write the reference pages, or say which are stale."""

import sys
from pathlib import Path

from compose2qt.docgen import stale, write

ROOT = Path.cwd()

if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        found = stale(ROOT)
        for name in found:
            print(f"{name} is stale: run `python -m compose2qt.docgen`", file=sys.stderr)
        sys.exit(1 if found else 0)
    write(ROOT)
