"""Findings about Kubernetes objects of any origin: one small file per rule.

The engine and its rules are imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.finding import Finding

if TYPE_CHECKING:
    from compose2qt.audit.engine import RULES, Judgement, audit, judge
    from compose2qt.audit.registry import Rule

__all__ = ["RULES", "Finding", "Judgement", "Rule", "audit", "judge"]

_HOMES = {"RULES": "engine", "Judgement": "engine", "audit": "engine", "judge": "engine", "Rule": "registry"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib  # noqa: PLC0415 - start-up: eighty rules are only imported for an audit

    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
