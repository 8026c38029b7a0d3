"""MIG011."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, texts
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container
    from compose2qt.audit.system import System


_DEBUG = {
    "DEBUG": ("1", "true", "yes", "on", "*"),
    "FLASK_DEBUG": ("1", "true"),
    "FLASK_ENV": ("development",),
    "DJANGO_DEBUG": ("1", "true"),
    "NODE_ENV": ("development", "dev"),
    "RAILS_ENV": ("development",),
    "RACK_ENV": ("development",),
    "APP_ENV": ("development", "dev", "local"),
    "APP_DEBUG": ("1", "true"),
    "ASPNETCORE_ENVIRONMENT": ("development",),
    "GIN_MODE": ("debug",),
    "XDEBUG_MODE": ("debug", "develop"),
}
_RELOADERS = frozenset({"--reload", "nodemon", "runserver", "webpack-dev-server", "vite", "air"})


@rule(
    "MIG011",
    "debug-mode",
    Severity.WARNING,
    fix="set it for production in the mapping; developers keep their own Compose override",
)
def debug_mode(container: Container, system: System) -> Iterator[Flag]:
    """A container runs in a developer's mode: slow, talkative, and open to whoever reaches its debugger."""
    for variable in system.variables(container):
        if variable.value.lower() in _DEBUG.get(variable.name, ()):
            yield Flag(f"{variable.name} is {variable.value}", variable.object, variable.path)
    for field in ("command", "args"):
        for index, argument in enumerate(texts(container.at(field))):
            if argument in _RELOADERS:
                yield container.flag(f"{argument} is a developer's way to run it", field, index)
