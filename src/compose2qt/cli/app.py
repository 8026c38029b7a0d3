"""The application: its commands, and what each kind of failure looks like."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer

from compose2qt import __version__
from compose2qt.cli.streams import say, show
from compose2qt.diagnostic import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FOUND, BAD_INPUT, OUR_BUG, INTERRUPTED = 1, 2, 3, 130
# The base of everything that typer raises about a command line; it has no public name of its own.
_UsageError: Any = typer.BadParameter.__mro__[1]
_BUG = (
    "This is a bug of compose2qt: nothing was written. Please report it with the lines above, the Compose file and the mapping "
    "(without their secrets); COMPOSE2QT_DEBUG=1 shows the details."
)

_COMMANDS = {
    "convert": "convert",
    "report": "report",
    "verify": "verify",
    "validate": "trees",
    "diff": "diff",
    "config": "config",
    "init": "init",
    "schema": "schema",
    "explain": "explain",
    "debug": "debug",
}
"""The module of each command; its function has the command's name."""
_HIDDEN = ("debug",)
_FINDS = {
    "convert": "1 with --check: the tree on disk differs; with --fail-on: something is not carried",
    "report": "1 with --fail-on: findings of this level or above",
    "verify": "1 something is different, or unknown with --fail-on unknown",
    "validate": "1 something is wrong",
    "diff": "1 with --exit-code: something changes",
}
"""When a command exits with 1."""
_CODES = "2 bad input, nothing written; 3 a bug of compose2qt, nothing written."
_EXPLAIN = "compose2qt explain CODE tells what a code or word of the output means."


def _application(names: Iterable[str]) -> typer.Typer:
    """The application with some of its commands: to set up all of them takes longer than to load a small project."""
    app = typer.Typer(
        name="compose2qt",
        help="Compile Docker Compose into Kubernetes manifests: every line accounted for, nothing secret in git.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        epilog=f"Exit codes: 0 done; 1 something was found; {_CODES}",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name in names:
        function: Callable[..., int | None] = getattr(import_module(f"compose2qt.cli.{_COMMANDS[name]}"), name)
        app.command(name, hidden=name in _HIDDEN, epilog=_epilog(name))(function)
    return app


def _epilog(name: str) -> str:
    found = f"{_FINDS[name]}; " if name in _FINDS else ""
    return f"Exit codes: 0 done; {found}{_CODES}" + (f" {_EXPLAIN}" if found else "")


def _version(value: bool) -> None:
    if value:
        print(f"compose2qt {__version__}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(False, "--version", help="Print the version.", callback=_version, is_eager=True),
) -> None:
    """Options come after the command."""


def run(arguments: list[str]) -> int:
    """Run the command line ``arguments`` and return the exit code; no input ends in a traceback."""
    from compose2qt.api import OwnOutputError

    named = set(arguments[:1]) & _COMMANDS.keys()
    try:
        result = _application(named or _COMMANDS)(arguments, standalone_mode=False)
    except InputError as error:
        show(error.diagnostics)
        return BAD_INPUT
    except OwnOutputError as error:
        show(error.diagnostics)
        say(_BUG)
        return OUR_BUG
    except _UsageError as error:
        error.show()
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`| head`): that is its right, and nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except typer.Exit as exit_:
        return exit_.exit_code
    except (typer.Abort, OSError) as error:
        say(f"error: {getattr(error, 'strerror', None) or 'aborted'}: {getattr(error, 'filename', None) or ''}")
        return BAD_INPUT
    except Exception as error:  # the last defence: whatever the input, no traceback and no text that may quote a secret
        if os.environ.get("COMPOSE2QT_DEBUG"):
            raise
        say(f"internal error: {_where(error)}")
        say(_BUG)
        return OUR_BUG
    return result if isinstance(result, int) else 0


def _where(error: Exception) -> str:
    """What failed and where in our code; never the error's text, which may quote a secret."""
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {os.path.basename(frame.filename)}:{frame.lineno} in {frame.name}"  # noqa: PTH119 - a name
