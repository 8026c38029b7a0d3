"""AUD006."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity
from compose2qt.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.system import System


@rule(
    "AUD006",
    "unreadable-file",
    Severity.ERROR,
    fix="correct it, or render the template; until then neither the budget nor the audit knows what it holds",
)
def unreadable_file(system: System) -> Iterator[Flag]:
    """A file of the tree cannot be read, or not as it is meant: a key twice, a template that is not rendered, no YAML at all.

    The others are judged all the same; what refers to an object of this file may be flagged for that reason alone. Of a key
    that stands twice the first value is judged; lenient readers take the last without a word, so the first one is lost.
    """
    for one in system.tree.unread:
        told = f"; {one.fix}" if one.fix else ""
        yield Flag(f"{one.message}{told} [{one.code}]", span=one.span or Span(system.tree.files[0], 1, 1))
