"""compose2qt compiles Docker Compose projects into Kubernetes manifests, with a proof.

The public API, for programs: ``load``, ``convert``, ``report``, ``verify``, ``audit``, ``budget`` and ``diff``. Everything is
imported on first use, so that ``import compose2qt`` costs nothing.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compose2qt.api import Conversion, Options, OwnOutputError, convert, load, report
    from compose2qt.audit import audit
    from compose2qt.budget import budget
    from compose2qt.compose import LoadOptions, Project
    from compose2qt.diagnostic import Diagnostic, InputError, Severity
    from compose2qt.diff import diff
    from compose2qt.verify import verify

__version__ = "0.1.0"

_HOMES = {
    **dict.fromkeys(("Conversion", "Options", "OwnOutputError", "convert", "load", "report"), "compose2qt.api"),
    **dict.fromkeys(("LoadOptions", "Project"), "compose2qt.compose"),
    **dict.fromkeys(("Diagnostic", "InputError", "Severity"), "compose2qt.diagnostic"),
    "audit": "compose2qt.audit",
    "budget": "compose2qt.budget",
    "diff": "compose2qt.diff",
    "verify": "compose2qt.verify",
}

__all__ = [
    "Conversion",
    "Diagnostic",
    "InputError",
    "LoadOptions",
    "Options",
    "OwnOutputError",
    "Project",
    "Severity",
    "audit",
    "budget",
    "convert",
    "diff",
    "load",
    "report",
    "verify",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'compose2qt' has no attribute {name!r}")
    import importlib  # noqa: PLC0415 - start-up

    return getattr(importlib.import_module(_HOMES[name]), name)


class _Package(ModuleType):
    """This package: importing its sub-package ``audit`` must not hide the function ``audit``."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
