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

    gc.disable()  # the process is short, and its trees have no cycles: walking them again and again frees nothing
    from compose2qt.cli.app import run

    _leave(run(sys.argv[1:]))


def _leave(code: int) -> None:
    """End the process without taking its memory apart, which is a tenth of the time of a large conversion."""
    import os

    try:
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has gone (`| head`): that is its right
        pass
    except OSError as error:  # what was to be said is lost
        print(f"error: {error.strerror}: standard output", file=sys.stderr)
        code = code or 2
    sys.stderr.flush()
    os._exit(code)
