"""Which Compose services become which target: every mention is checked, nothing is left out silently."""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.diagnostic import nearest
from compose2qt.kube.names import RESERVED_SERVICES
from compose2qt.mapping.infer import is_run, unique_names
from compose2qt.source import Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.compose import Project
    from compose2qt.diagnostic import Collector
    from compose2qt.mapping.spec import Spec
    from compose2qt.source import Span

_SHOWN = 6


class _Mention(NamedTuple):
    """A Compose service that the spec names: in a target, or (None) as dropped."""

    service: str
    target: str | None
    span: Span


def assign(spec: Spec, project: Project, collector: Collector) -> dict[str, tuple[str, ...]]:
    """The Compose services of each target by its name: those of the spec, then what it leaves to inference."""
    everyone = {**project.services, **project.disabled}
    mentions = list(_mentions(spec))
    _check_known(mentions, spec, project, list(everyone), collector)
    _check_active(mentions, project, collector)
    _check_run(mentions, project, collector)
    _check_once(mentions, collector)
    assigned = {name: sources(spec, name) for name in spec.document.targets}
    mentioned = {mention.service for mention in mentions}
    rest = [name for name, service in project.services.items() if name not in mentioned and is_run(service)]
    if spec.document.rest == "refuse":
        _refuse(rest, spec, collector)
        return assigned
    legal = unique_names(everyone, RESERVED_SERVICES)
    for service in rest:
        if legal[service] in assigned:
            name = legal[service]
            collector.error(
                "target-taken",
                f"the service {service} would become the target {name}, which has other services",
                spec.at("targets", name),
                f"add {service} to `from` of a target, or drop it",
            )
        assigned.setdefault(legal[service], (service,))
    return _in_compose_order(assigned, list(project.services))


def sources(spec: Spec, target: str) -> tuple[str, ...]:
    """The Compose services of a target of the spec: as it says, else the one of its own name."""
    given = spec.document.targets[target].sources
    return (target,) if given is None else given


def _in_compose_order(assigned: dict[str, tuple[str, ...]], order: list[str]) -> dict[str, tuple[str, ...]]:
    """An override must not move a workload: targets stand where their first service does, added ones at the end."""
    places = {name: index for index, name in enumerate(order)}
    return dict(sorted(assigned.items(), key=lambda one: min((places.get(s, len(order)) for s in one[1]), default=len(order))))


def _mentions(spec: Spec) -> Iterator[_Mention]:
    for target, part in spec.document.targets.items():
        for index, service in enumerate(sources(spec, target)):
            yield _Mention(service, target, spec.at("targets", target, *(() if part.sources is None else ("from", index))))
    for service in spec.document.drop:
        yield _Mention(service, None, spec.key("drop", service))


def _check_known(mentions: list[_Mention], spec: Spec, project: Project, everyone: list[str], collector: Collector) -> None:
    """Services that do not exist: a slip of the pen has a name like it; if most have none, it is the wrong project."""
    absent = [mention for mention in mentions if mention.service not in everyone]
    strange = {mention.service for mention in absent if not get_close_matches(mention.service[:80], everyone)}
    if len(strange) * 2 > len({mention.service for mention in mentions}):
        first = next(mention for mention in absent if mention.service in strange)
        collector.error(
            "another-project",
            f"the mapping {spec.document.name or spec.shown} is for another project: it names the services "
            f"{_listed(strange)}; the Compose project {project.name} has {_listed(everyone)}",
            first.span,
            "name the Compose files that belong to this mapping, or another mapping with -m",
        )
        return
    for service, target, span in absent:
        declare = f"; for a workload without a Compose source, write `from: []` in {target}" if service == target else ""
        collector.error(
            "unknown-service", f"there is no Compose service {service[:80]!r}", span, nearest(service, everyone) + declare
        )


def _listed(names: Iterable[str]) -> str:
    found = sorted(names)
    return ", ".join(name[:80] for name in found[:_SHOWN]) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")


def _check_active(mentions: list[_Mention], project: Project, collector: Collector) -> None:
    unselected: list[_Mention] = []
    for mention in mentions:
        service, target, span = mention
        if target is not None and service in project.disabled:
            profiles = project.disabled[service].node.get("profiles")
            names = (
                [str(item.value) for item in profiles.items if isinstance(item, Scalar)]
                if isinstance(profiles, Sequence)
                else []
            )
            if not names or not {"*", *names}.isdisjoint(project.profiles):
                unselected.append(mention)
                continue
            collector.error(
                "inactive-service",
                f"the service {service} is not active: none of its profiles is",
                span,
                f"add one of its profiles ({', '.join(names)}) to `compose: profiles`, or move it to `drop`",
            )

    if unselected:
        collector.error(
            "mapping-of-others",
            f"--service leaves out {_listed({one.service for one in unselected})}, and the mapping decides about them",
            unselected[0].span,
            "leave --service out: a mapping is about the whole project",
        )


def _check_run(mentions: list[_Mention], project: Project, collector: Collector) -> None:
    for service, target, span in mentions:
        if target is not None and service in project.services and not is_run(project.services[service]):
            collector.error(
                "provider-service",
                f"no container runs the service {service}: a provider outside of Compose does",
                span,
                f"leave it out, or drop it; for a workload in its place, write `from: []` in {target}",
            )


def _check_once(mentions: list[_Mention], collector: Collector) -> None:
    counts = Counter(mention.service for mention in mentions)
    seen: set[str] = set()
    for service, _, span in mentions:
        if counts[service] > 1 and service in seen:
            collector.error(
                "service-twice",
                f"the service {service} is in two targets, or in a target and dropped",
                span,
                "keep one of the two",
            )
        seen.add(service)


def _refuse(rest: list[str], spec: Spec, collector: Collector) -> None:
    if rest:
        collector.error(
            "undecided-services",
            f"the mapping does not say what becomes of {', '.join(rest)}",
            spec.at("rest"),
            f"write `targets: {{{rest[0]}: {{}}}}` to convert it, `drop: {{{rest[0]}: REASON}}` to leave it out, "
            "or `rest: convert` to convert all that is not named",
        )
