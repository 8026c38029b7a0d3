"""Unrendered templates: they look like YAML and are none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.source import Span

if TYPE_CHECKING:
    from compose2qt.diagnostic import Collector

_HELM = re.compile(r"\{\{[^{}\n]{0,200}?(\.Values\b|\.Release\.|\.Chart\.|\.Capabilities\.|\binclude\s+\"|\btoYaml\b)")


def is_template(content: str) -> bool:
    """Whether ``content`` is a template of a Helm chart; other uses of double braces stand inside of values."""
    return "{{" in content and _HELM.search(content) is not None


def refuse(shown: str, content: str, collector: Collector) -> None:
    """Tell what to do with the template ``shown``."""
    line = content[: content.index("{{")].count("\n") + 1
    collector.error(
        "unrendered-template",
        f"{shown} is a template, not a manifest",
        Span(shown, line, 1),
        "render the chart first: helm template NAME CHART > rendered.yaml, and name that file",
    )
