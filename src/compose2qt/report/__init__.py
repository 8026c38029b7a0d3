"""One report, many renderers: pure functions from the model to text."""

from compose2qt.report.data import SCHEMA, as_data, render_json
from compose2qt.report.diagnostics import render_diagnostics
from compose2qt.report.model import Report
from compose2qt.report.text import render_text

__all__ = ["SCHEMA", "Report", "as_data", "render_diagnostics", "render_json", "render_text"]
