"""Findings that a person has judged: an annotation on the object says why, and until when.

``ignore.compose2qt/host-path-volume: "the log agent reads the node's logs (until 2027-06-30)"``; the part after the slash is a
rule's name or code. A suppression that has expired is none, and is itself a finding, as is one without a reason.
"""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.audit.subject import text
from compose2qt.kube.reading import entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.manifests.model import Object

PREFIX = "ignore.compose2qt/"
"""What the annotation's key begins with."""
_UNTIL = re.compile(r"\(?\s*until[ =:]\s*(\d{4}-\d\d-\d\d)\s*\)?\s*\Z")


class Suppression(Struct, frozen=True, eq=False):
    """An annotation of ``object`` that takes ``rule`` (a name or a code) back; ``until`` None: for ever."""

    object: Object
    rule: str
    reason: str
    until: datetime.date | None = None
    is_dated: bool = True
    """False if it names a date that the calendar does not have."""

    @property
    def path(self) -> tuple[str, ...]:
        """Where the annotation stands in its object."""
        return ("metadata", "annotations", PREFIX + self.rule)

    def holds(self, today: datetime.date | None) -> bool:
        """Whether it counts on this day; without a day no suppression expires."""
        return bool(self.reason) and self.is_dated and (today is None or self.until is None or today <= self.until)


def suppressions(objects: Iterable[Object]) -> Iterator[Suppression]:
    """The suppressions that ``objects`` are annotated with."""
    for item in objects:
        for key, node in entries(item.root, "metadata", "annotations").items():
            if key.startswith(PREFIX):
                yield _read(item, key.removeprefix(PREFIX), text(node))


def _read(item: Object, rule: str, words: str) -> Suppression:
    found = _UNTIL.search(words)
    if found is None:
        return Suppression(item, rule, words.strip())
    reason = words[: found.start()].strip(" ;,.(")
    try:
        return Suppression(item, rule, reason, datetime.date.fromisoformat(found[1]))
    except ValueError:
        return Suppression(item, rule, reason, None, is_dated=False)
