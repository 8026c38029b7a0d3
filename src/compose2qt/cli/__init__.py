"""The command line: parse flags, call the API, choose a renderer, set the exit code."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line of this process; exits with the code of DESIGN section 4."""
    if sys.argv[1:] == ["--version"]:  # answered without loading the command line: editors and CI ask often
        from compose2qt import __version__

        print(f"compose2qt {__version__}")
        return
    import gc

    from compose2qt.cli.app import run

    gc.disable()  # the process is short, and its trees have no cycles: walking them again and again frees nothing
    sys.exit(run(sys.argv[1:]))
