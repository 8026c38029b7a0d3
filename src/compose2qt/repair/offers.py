"""From findings to edits that this project's mapping spec can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.mapping.edit import Drop, Put

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.audit.finding import Finding
    from compose2qt.mapping.plan import Plan, TargetPlan
    from compose2qt.mapping.spec import Spec


class Offer(Struct, frozen=True):
    """The edits that repair a finding."""

    finding: Finding
    edits: tuple[Put | Drop, ...]


def offers(findings: Iterable[Finding], plan: Plan, spec: Spec | None) -> tuple[Offer, ...]:
    """What can be repaired, in the order in which it has to be done: what is removed comes last, from the end."""
    known = {target.name: target for target in plan.targets}
    made = [Offer(one, edits) for one in findings if (edits := tuple(_edits(one, known, spec)))]
    return tuple(sorted(made, key=lambda offer: _last(offer.edits[0])))


def _last(edit: Put | Drop) -> tuple[int, int]:
    step = edit.path[-1]
    return (int(isinstance(edit, Drop)), -step if isinstance(step, int) else 0)


def _edits(finding: Finding, known: dict[str, TargetPlan], spec: Spec | None) -> Iterator[Put | Drop]:
    """The edits of a finding, with what the spec needs around them; none if one is about a workload that it cannot name."""
    named = dict.fromkeys(str(edit.path[1]) for edit in finding.patch if edit.path[0] == "targets")
    if not all(name in known and _is_addressable(known[name]) for name in named):
        return
    for name in named:
        if spec is None or name not in spec.document.targets:
            yield from _declared(known[name])
    for edit in finding.patch:
        if edit.path[0] == "drop":
            sources = known[name].sources if (name := str(edit.path[1])) in known else ()
            yield from (Put(("drop", source), edit.value) for source in sources if isinstance(edit, Put))
        else:
            yield edit


def _is_addressable(target: TargetPlan) -> bool:
    """Whether a mapping spec can name it: a service with pods of its own."""
    return target.section == "services" and not target.init_of and not target.beside


def _declared(target: TargetPlan) -> Iterator[Put]:
    """What makes a target of the spec out of a service whose name is no legal one."""
    if target.sources != (target.name,):
        yield Put(("targets", target.name, "from"), list(target.sources))
        yield Put(("targets", target.name, "reason"), "Its name in Compose is not legal in Kubernetes.")
