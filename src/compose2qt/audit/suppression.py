"""Findings that a person has judged: an annotation on the object, or the mapping spec, says why, and until when.

``ignore.compose2qt/host-path-volume: "the log agent reads the node's logs (until 2027-06-30)"``; the part after the slash is a
rule's name or code. A suppression that has expired is none, and is itself a finding, as is one without a reason or without use.
"""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.audit.finding import Excuse
from compose2qt.audit.subject import Flag, flag, labels, text
from compose2qt.kube.reading import entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.manifests.model import Object
    from compose2qt.mapping.plan import Ignored
    from compose2qt.source import Span

PREFIX = "ignore.compose2qt/"
"""What the annotation's key begins with."""
_UNTIL = re.compile(r"(?i)\(?\s*\buntil\b(?: the)?[ =:]{0,9}(\d{4}-\d\d?-\d\d?)[\s).,;!]*\Z")
_UNREAD = re.compile(r"(?i)\buntil\b.{0,20}\d{4}-\d")
"""An end that is not read as one: it would excuse for ever."""


class Suppression(Struct, frozen=True, eq=False):
    """Takes ``rule`` (a name or a code) back; ``until`` None: for ever.

    It stands as an annotation on ``object``, or at ``span`` of a mapping spec.
    """

    rule: str
    reason: str
    until: datetime.date | None = None
    is_dated: bool = True
    """False if it names a date that the calendar does not have."""
    object: Object | None = None
    span: Span | None = None
    reach: frozenset[int] | None = None
    """The objects that it is about, by identity; None: all, and what belongs to no object."""
    services: tuple[str, ...] = ()
    """The Compose services whose losses it is about, too."""
    index: int = 0
    """Which entry of the mapping's list it is."""

    def flag(self, message: str) -> Flag:
        """A flag at the suppression itself."""
        if self.object is None:
            return Flag(message, span=self.span, facts={"index": self.index})
        return flag(self.object, message, "metadata", "annotations", PREFIX + self.rule)

    @property
    def excuse(self) -> Excuse:
        """What it says of a finding."""
        span = self.span if self.object is None else self.object.span_of(("metadata", "annotations", PREFIX + self.rule))
        return Excuse(self.reason, self.until, span, in_source=self.object is not None)

    def holds(self, today: datetime.date | None) -> bool:
        """Whether it counts on this day; without a day no suppression expires."""
        return bool(self.reason) and self.is_dated and (today is None or self.until is None or today <= self.until)

    def covers(self, item: Object | None, service: str) -> bool:
        """Whether it is about a flag on ``item``, or about a loss of ``service``."""
        if self.reach is None:
            return True
        return service in self.services if item is None else id(item) in self.reach


def annotated(objects: Iterable[Object]) -> Iterator[Suppression]:
    """The suppressions that ``objects`` are annotated with."""
    for item in objects:
        for key, node in entries(item.root, "metadata", "annotations").items():
            if key.startswith(PREFIX):
                yield _read(item, key.removeprefix(PREFIX), text(node))


def _read(item: Object, rule: str, words: str) -> Suppression:
    found, reach = _UNTIL.search(words), frozenset((id(item),))
    if found is None:
        return Suppression(rule, words.strip(), is_dated=not _UNREAD.search(words), object=item, reach=reach)
    reason = words[: found.start()].strip(" ;,.(")
    try:
        return Suppression(rule, reason, datetime.date(*map(int, found[1].split("-"))), object=item, reach=reach)
    except ValueError:
        return Suppression(rule, reason, None, is_dated=False, object=item, reach=reach)


def decided(ignored: Iterable[Ignored], objects: tuple[Object, ...]) -> Iterator[Suppression]:
    """The suppressions of a mapping spec."""
    for one in ignored:
        reach = None
        if one.object:
            reach = frozenset(id(item) for item in objects if item.id == one.object)
        elif one.target:
            reach = frozenset(id(item) for item in objects if _belongs(item, one.target, _chosen(one.target, objects)))
        yield Suppression(one.rule, one.reason, one.until, span=one.span, reach=reach, services=one.services, index=one.index)


def _chosen(target: str, objects: tuple[Object, ...]) -> dict[str, str]:
    """The labels that pick the pods of the workload ``target``."""
    workload = next((item for item in objects if item.name == target and item.pod_path is not None), None)
    return labels(workload.at("spec", "selector", "matchLabels")) if workload else {}


def _belongs(item: Object, target: str, chosen: dict[str, str]) -> bool:
    """Whether ``item`` is the workload or is called after it, leads to its pods, or wears the labels that pick them."""
    if item.name == target:
        return True
    worn = (labels(item.at("metadata", "labels")), labels(item.at("spec", "selector")))
    return bool(chosen) and any(chosen.items() <= one.items() for one in worn)
