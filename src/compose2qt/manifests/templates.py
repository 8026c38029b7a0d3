"""Unrendered templates: they look like YAML and are none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.source import Span

if TYPE_CHECKING:
    from compose2qt.diagnostic import Collector

_COMMENT = re.compile(r"^[ \t]*#[^\n]*", re.MULTILINE)
_HELM = re.compile(r"\{\{[^{}\n]{0,200}?(\.Values\b|\.Release\.|\.Chart\.|\.Capabilities\.|\binclude\s+\"|\btoYaml\b)")


def is_template(content: str) -> bool:
    """Whether ``content`` is a template of a Helm chart; other uses of double braces stand inside of values and comments."""
    return "{{" in content and _HELM.search(_COMMENT.sub("", content)) is not None


def template_place(shown: str, content: str) -> Span:
    """Where the first braces of a template stand."""
    found = _COMMENT.sub("", content).find("{{")
    return Span(shown, _COMMENT.sub("", content)[: max(found, 0)].count("\n") + 1, 1)


def refuse(templates: list[Span], collector: Collector) -> None:
    """Tell what to do with these templates: once, not for each file of a chart."""
    first, *others = templates
    more = f", and so {'is' if len(others) == 1 else 'are'} {len(others)} more" if others else ""
    collector.error(
        "unrendered-template",
        f"{first.file} is a template, not a manifest{more}",
        first,
        "render the chart first: helm template NAME CHART > rendered.yaml, and name that file",
    )
