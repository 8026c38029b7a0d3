"""One report, many renderers: pure functions from the model to text, each imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compose2qt.report.data import SCHEMA, as_data, render_json
    from compose2qt.report.diagnostics import render_diagnostics
    from compose2qt.report.html import render_html
    from compose2qt.report.markdown import render_markdown
    from compose2qt.report.model import Report
    from compose2qt.report.sarif import render_sarif
    from compose2qt.report.schema import report_schema
    from compose2qt.report.sides import Secrecy, sides_of
    from compose2qt.report.text import render_text
    from compose2qt.report.topology import topology_of

__all__ = [
    "SCHEMA",
    "Report",
    "Secrecy",
    "as_data",
    "render_diagnostics",
    "render_html",
    "render_json",
    "render_markdown",
    "render_sarif",
    "render_text",
    "report_schema",
    "sides_of",
    "topology_of",
]

_HOMES = {
    **dict.fromkeys(("SCHEMA", "as_data", "render_json"), "data"),
    "render_diagnostics": "diagnostics",
    "render_html": "html",
    "render_markdown": "markdown",
    "Report": "model",
    "render_sarif": "sarif",
    "report_schema": "schema",
    **dict.fromkeys(("Secrecy", "sides_of"), "sides"),
    "render_text": "text",
    "topology_of": "topology",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib  # noqa: PLC0415 - start-up: no renderer imports what another needs

    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
