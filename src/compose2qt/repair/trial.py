"""The edits that help: those with which the project still converts, and whose findings are gone afterwards."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from compose2qt.diagnostic import Severity
from compose2qt.mapping.edit import edited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from compose2qt.audit.finding import Finding
    from compose2qt.mapping.edit import Drop, Put
    from compose2qt.repair.offers import Offer

Judge: TypeAlias = "Callable[[str], tuple[Finding, ...] | None]"
"""The findings of the project with another text of its mapping; None if it does not convert with it."""


class Repair(Struct, frozen=True):
    """The text of a mapping before and after, and the findings that are repaired and that could not be."""

    old: str
    new: str
    repaired: tuple[Finding, ...] = ()
    left: tuple[Finding, ...] = ()


def repair(text: str, start: str, found: tuple[Finding, ...], offered: tuple[Offer, ...], judge: Judge) -> Repair:
    """Make the edits of ``offered`` that help; ``start`` is what a mapping begins with where ``text`` is empty.

    All are tried together first, then, if one of them does not help, those of each rule, and then each by itself.
    """
    trial = _Trial(text or start, found, judge)
    trial.attempt(offered)
    groups: dict[str, list[Offer]] = {}
    for offer in trial.left(offered):
        groups.setdefault(offer.finding.code, []).append(offer)
    for group in groups.values():
        trial.attempt(group)
        for offer in trial.left(group) if len(group) > 1 else ():
            trial.attempt((offer,))
    return Repair(
        text,
        trial.text if trial.made else text,
        tuple(offer.finding for offer in trial.made),
        tuple(offer.finding for offer in trial.left(offered)),
    )


class _Trial:
    """A text that grows by the edits that helped."""

    def __init__(self, text: str, found: tuple[Finding, ...], judge: Judge) -> None:
        self.text = text
        self.made: list[Offer] = []
        self._before = _serious(found)
        self._judge = judge

    def left(self, offered: Iterable[Offer]) -> list[Offer]:
        """Those of ``offered`` that are not made."""
        return [offer for offer in offered if not any(offer is one for one in self.made)]

    def attempt(self, offered: Iterable[Offer]) -> None:
        """Make ``offered`` all together, if every one of them helps."""
        wanted = list(offered)
        text = _with(self.text, wanted) if wanted else None
        if text is not None and self._helps(text, wanted):
            self.text = text
            self.made += wanted

    def _helps(self, text: str, wanted: list[Offer]) -> bool:
        """Whether the findings are gone, and nothing came in their place that is worse than a hint."""
        after = self._judge(text)
        if after is None:
            return False
        keys = {_key(finding) for finding in after}
        return not _serious(after) - self._before and not any(_key(offer.finding) in keys for offer in [*self.made, *wanted])


def _with(text: str, offered: Iterable[Offer]) -> str | None:
    """``text`` with every edit, each made once; None if one of them cannot be made."""
    made: str | None = text
    for edit in _once(edit for offer in offered for edit in offer.edits):
        made = edited(made, edit) if made is not None else None
    return made


def _once(edits: Iterable[Put | Drop]) -> list[Put | Drop]:
    found: list[Put | Drop] = []
    for edit in edits:
        if edit not in found:
            found.append(edit)
    return found


def _serious(findings: Iterable[Finding]) -> Counter[str]:
    """How often each rule finds more than a hint."""
    return Counter(finding.code for finding in findings if finding.severity > Severity.INFO)


def _key(finding: Finding) -> tuple[str, str, str]:
    """What stays the same of a finding when lines move."""
    return (finding.code, finding.object, finding.field or finding.message)
