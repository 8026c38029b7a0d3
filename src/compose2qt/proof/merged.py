"""What the services of one container mount: each finds there what the others mount, too, inside and around its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.verify import ABSENT, Aspect, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.mapping.plan import Plan
    from compose2qt.verify import DockerSide, Result

Brought = dict[tuple[str, str], tuple[str, str]]
"""By service and path of a mount: the service of its container that brings it, and why they are one."""


def with_mates(docker: DockerSide, plan: Plan) -> Brought:
    """Let each service of a target that merges several see what the others mount; a mount at a path of its own stands."""
    brought: Brought = {}
    for target in plan.targets:
        contracts = {name: docker.contracts[name] for name in target.sources if name in docker.contracts}
        mounts = [
            (name, fact) for name, own in contracts.items() for fact in own.facts.values() if fact.aspect is Aspect.MOUNTS
        ]
        for service, contract in contracts.items() if len(contracts) > 1 and target.mounts is None else ():
            for other, fact in mounts:
                if other != service and (fact.aspect, fact.item) not in contract.facts:
                    contract.add((fact,))
                    brought[service, fact.item] = other, target.origin.reason
    return brought


def told_of_mates(results: Iterable[Result], brought: Brought) -> Iterator[Result]:
    """``results`` in which a mount that another service brings is explained by the mapping, as far as it is right there."""
    found = tuple(results)
    by_item = {(one.service, one.item): one for one in found if one.aspect is Aspect.MOUNTS}
    for result in found:
        mate, why = brought.get((result.service, result.item), ("", "")) if result.aspect is Aspect.MOUNTS else ("", "")
        there = by_item.get((mate, result.item))
        if there is None or not _is_right(result, there):
            yield result
        else:
            yield replace(result, outcome=Outcome.EXPLAINED, compose=ABSENT, code="mapping.merged", reason=why)


def _is_right(result: Result, there: Result) -> bool:
    """Whether the mount is as it should be, or differs just as it may for the service that brings it."""
    if result.outcome is Outcome.DIFFERENT:
        return there.outcome is not Outcome.DIFFERENT and result.kubernetes == there.kubernetes
    return result.outcome is Outcome.EQUAL
