"""What losses explain: a difference that there would not be, had the lost leaves not been written.

So a loss excuses exactly the difference that it makes: of its service, in aspect, item and both values. A leaf that is
emitted, even in part, excuses nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.source import Mapping as MappingNode
from compose2qt.source import Sequence, spans
from compose2qt.verify import Aspect, Outcome, text_of
from compose2qt.workload import Outcome as LedgerOutcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from compose2qt.compose import Project
    from compose2qt.source import Node, Span
    from compose2qt.verify import Contract, DockerSide, Result, Verification
    from compose2qt.workload import Ledger, Loss


def told(
    results: Iterable[Result],
    project: Project,
    ledger: Ledger,
    judged: Callable[..., Verification],
    side: Callable[[Project], DockerSide],
) -> Iterator[Result]:
    """``results`` in which a difference is explained that the leaves which the ledger calls lost make.

    ``judged`` compares another project with the same manifests, and ``side`` is what Docker does with it.
    """
    rest = _Rest(project, ledger, side)
    less = rest.project_without("")
    left = {(one.service, one.aspect, one.item) for one in judged(less, docker=side(less)).different}
    for result in results:
        is_made = result.outcome is Outcome.DIFFERENT and (result.service, result.aspect, result.item) not in left
        why = rest.reason(result) if is_made else None
        yield replace(result, outcome=Outcome.EXPLAINED, code=why.code, reason=why.reason) if why else result


class _Rest:
    """What Docker makes of a project without its lost leaves: without all of them, and without those of one code."""

    def __init__(self, project: Project, ledger: Ledger, side: Callable[[Project], DockerSide]) -> None:
        self.project, self.side = project, side
        entries = (entry for entry in ledger.entries if entry.outcome is LedgerOutcome.LOST)
        self.losses = tuple(loss for entry in entries for loss in entry.losses if loss.service)
        self._written = frozenset(entry.leaf.span for entry in ledger.entries)
        self._facts: dict[str, dict[str, Contract]] = {}

    def reason(self, result: Result) -> Loss | None:
        """The loss without which Docker gives the item another value; None if no loss of the service does.

        Who shares a storage is said of all that do: there it may be another service that lost its mount.
        """
        is_of_all = result.aspect is Aspect.SHARING
        own = (loss for loss in self.losses if is_of_all or loss.service == result.service)
        return next((loss for loss in own if self._value(loss.code, result) != result.compose), None)

    def project_without(self, code: str) -> Project:
        """The project without the leaves that are lost by ``code``; empty: by any."""
        gone: dict[str, set[Span]] = {}
        for loss in self.losses:
            if code in ("", loss.code):
                gone.setdefault(loss.service, set()).add(loss.span)
        return self._without(gone)

    def _value(self, code: str, result: Result) -> str:
        """What Docker gives without the leaves that are lost by ``code``."""
        if code not in self._facts:
            self._facts[code] = self.side(self.project_without(code)).contracts
        contract = self._facts[code].get(result.service)
        fact = contract.facts.get((result.aspect, result.item)) if contract else None
        return text_of(fact.value if fact else None)

    def _without(self, gone: Mapping[str, set[Span]]) -> Project:
        services = {
            name: replace(service, node=self._pruned(service.node, gone[name])) if name in gone else service
            for name, service in self.project.services.items()
        }
        jobs = {name: self._pruned(node, gone[name]) if name in gone else node for name, node in self.project.jobs.items()}
        return replace(self.project, services=services, jobs=jobs)

    def _pruned(self, node: MappingNode, gone: set[Span]) -> MappingNode:
        kept = ((key, self._kept(value, gone)) for key, value in node.entries.items())
        return node.with_entries({key: value for key, value in kept if value is not None})

    def _kept(self, node: Node, gone: set[Span]) -> Node | None:
        """``node`` without the leaves in ``gone``; None if nothing is left of it that somebody wrote."""
        if gone.isdisjoint(spans(node)):
            return node
        rest: Node | None = None
        if isinstance(node, MappingNode) and node.entries:
            rest = self._pruned(node, gone)
        elif isinstance(node, Sequence) and node.items:
            rest = node.with_items(tuple(kept for item in node.items if (kept := self._kept(item, gone)) is not None))
        return rest if rest is not None and not self._written.isdisjoint(spans(rest)) else None
