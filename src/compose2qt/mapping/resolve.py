"""A mapping spec and a Compose project to a plan: every decision with its place and reason, every slip reported."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.diagnostic import nearest
from compose2qt.mapping import infer, kinds
from compose2qt.mapping.assignment import assign
from compose2qt.mapping.contradictions import check
from compose2qt.mapping.document import TargetPart
from compose2qt.mapping.plan import Host, Ignored, NumberClaim, Plan, PolicyPlan, SharedMap, TargetPlan, host_path
from compose2qt.mapping.spec import missing_reasons
from compose2qt.mapping.targets import SET, TargetResolver
from compose2qt.source import Mapping, Scalar, Sequence
from compose2qt.workload import (
    Claim,
    Guide,
    Origin,
    OriginKind,
    Quantity,
    Route,
    RoutePath,
    Traced,
    assumed,
    mapped,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.compose import Project
    from compose2qt.diagnostic import Collector
    from compose2qt.mapping.document import RoutePart, SharedPart, StoragePart
    from compose2qt.mapping.spec import Spec
    from compose2qt.source import Span

_PATHS = (".", "/", "~")


def resolve(spec: Spec, project: Project, collector: Collector) -> Plan:
    """The plan of ``project`` as ``spec`` decides it; ``InputError`` with every problem of the two together."""
    document = spec.document
    for problem in missing_reasons(spec.tree):
        collector.add(problem)
    assigned = assign(spec, project, collector)
    targets = [_target(spec, project, collector, name, sources) for name, sources in assigned.items()]
    for key, value in document.labels.others.items():
        _check_label(value, spec.at("labels", "others", key), collector)
    _check_services(targets, spec, collector)
    _check_waits(targets, spec, collector)
    _check_keys(spec, project, collector)
    check(spec, project, targets, collector)
    inferred = infer.infer(project)
    of_jobs = tuple(infer.jobs(project, [target.name for target in targets]))
    volumes = _volumes(spec, project, collector)
    left = {name: claim for name, claim in volumes.items() if claim.value not in document.storage}
    plan = replace(
        inferred,
        name=document.name or inferred.name,
        targets=kinds.arranged((*targets, *of_jobs), project),
        namespace=None if document.namespace is None else mapped(document.namespace, spec.at("namespace"), SET),
        dropped={name: _origin(spec, reason, "drop", name) for name, reason in document.drop.items()},
        hosts={**infer.hosts_of_jobs(of_jobs, project), **_hosts(project, targets)},
        shared=tuple(_shared(spec, name, part, targets, collector) for name, part in document.shared.items()),
        claims=(
            *(_claim(spec, name, part, targets, collector) for name, part in document.storage.items()),
            *infer.claims(targets, project, left),
        ),
        volumes=volumes,
        seeds=_seeds(spec, targets, collector),
        routes=(
            *(_route(spec, name, part, targets, collector) for name, part in document.routes.items()),
            *(route for route in infer.routes(targets, project) if route.name not in document.routes),
        ),
        secret_keys={key: _origin(spec, reason, "secret_keys", key) for key, reason in document.secret_keys.items()},
        plain_keys={key: _origin(spec, reason, "plain_keys", key) for key, reason in document.plain_keys.items()},
        guide=Guide(
            document.guide.title, document.guide.overview, document.guide.next_steps, tuple(document.guide.references.items())
        ),
        mapping_file=os.path.basename(spec.shown),  # noqa: PTH119 - text, as it is shown
        output=spec.output,
        wait_image=None if document.wait_image is None else mapped(document.wait_image, spec.at("wait_image"), SET),
        network_policy=_network_policy(spec),
    )
    ignored = tuple(_ignored_of(spec, targets, collector))
    collector.check()
    plan = replace(held_against(plan, spec), ignored=ignored, kubernetes=document.kubernetes or plan.kubernetes)
    return replace(plan, labels=tuple(document.labels.others.items()) or plan.labels)


def _origin(spec: Spec, reason: str, *path: str) -> Origin:
    return Origin(OriginKind.MAPPING, spec.at(*path), reason)


def _network_policy(spec: Spec) -> PolicyPlan | None:
    part = spec.document.network_policy
    if part is None:
        return None
    origin = _origin(spec, part.reason or SET, "network_policy")
    where = spec.at("network_policy", "routes_from")
    return PolicyPlan(origin, None if part.routes_from is None else mapped(part.routes_from, where, origin.reason))


# Targets ------------------------------------------------------------------------------------------------------------


def _target(spec: Spec, project: Project, collector: Collector, name: str, sources: tuple[str, ...]) -> TargetPlan:
    part = spec.document.targets.get(name)
    if part is None:
        inferred = infer.target(project.services[sources[0]], name, kinds.callers(project))
        return _labelled(inferred, TargetPart(), spec, collector)
    return _labelled(TargetResolver(spec, project, collector, name, sources, part).plan(), part, spec, collector)


def _labelled(target: TargetPlan, part: TargetPart, spec: Spec, collector: Collector) -> TargetPlan:
    """The target with the labels of the convention and its own, and with those that select its pods."""
    convention = spec.document.labels
    names = {"{name}": target.name, "{service}": service_name(target)}
    labels = {key: _filled(value, names) for key, value in convention.workloads.items()} or dict(target.labels)
    labels |= part.labels
    for key, value in labels.items():
        where = ("targets", target.name, "labels", key) if key in part.labels else ("labels", "workloads", key)
        _check_label(value, spec.at(*where), collector)
    select = convention.select or tuple(convention.workloads)[:1] or tuple(key for key, _ in target.selector)
    for key in select:
        if key not in labels:
            collector.error(
                "label-missing",
                f"the target {target.name} has no label {key!r}, which shall select its pods",
                spec.at("labels", "select"),
                nearest(key, labels),
            )
    return replace(target, labels=tuple(labels.items()), selector=tuple((key, labels[key]) for key in select if key in labels))


def _check_label(value: str, at: Span | None, collector: Collector) -> None:
    if infer.label_value(value) != value:
        collector.error("illegal-label", f"{value[:80]!r} is not a legal label value", at, "use up to 63 letters and digits")


def _filled(text: str, names: dict[str, str]) -> str:
    for placeholder, name in names.items():
        text = text.replace(placeholder, name)
    return text


def service_name(target: TargetPlan) -> str:
    """The host name under which ``target`` answers."""
    return target.service.value if target.service else target.name


def _check_services(targets: Iterable[TargetPlan], spec: Spec, collector: Collector) -> None:
    owners: dict[str, str] = {}
    for target in targets:
        other = owners.setdefault(service_name(target), target.name)
        if other != target.name:
            collector.error(
                "service-name-twice",
                f"the targets {other} and {target.name} both have the Service {service_name(target)}",
                spec.at("targets", target.name if target.name in spec.document.targets else other, "service"),
                "give one of them another `service`",
            )


def _check_waits(targets: list[TargetPlan], spec: Spec, collector: Collector) -> None:
    """Targets that are waited for exist, and none waits for itself, not even through others: it would wait for ever."""
    waits = {target.name: tuple(name.value for name in target.wait_for or ()) for target in targets}
    for target in targets:
        for index, name in enumerate(waits[target.name]):
            at = ("targets", target.name, "wait_for", index)
            if _check_target(name, targets, spec, collector, *at) and target.name in _reached(name, waits):
                collector.error(
                    "wait-cycle",
                    f"{target.name} waits for {name}, which waits for {target.name}",
                    spec.at(*at),
                    "remove one wait",
                )


def _reached(start: str, waits: dict[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    pending = [start]
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += waits.get(name, ())
    return found


def _hosts(project: Project, targets: Iterable[TargetPlan]) -> dict[str, Host]:
    """Where each Compose host name leads now, and the names of the new Services themselves."""
    lead: dict[str, Host] = {}
    for target in targets:
        replaced = [(port.value.replaces, port.value.port) for port in target.ports or ()]
        for source in target.sources:
            moved = tuple((old[1], new) for old, new in replaced if old and old[0] == source and old[1] != new)
            if source in project.services:
                lead[source] = Host(service_name(target), moved)
    found = infer.hosts(project, lead)
    for target in targets:
        found.setdefault(service_name(target), Host(service_name(target)))
    return found


def _check_target(
    name: str, targets: Iterable[TargetPlan], spec: Spec, collector: Collector, *path: str | int
) -> TargetPlan | None:
    known = {target.name: target for target in targets}
    if name not in known:
        collector.error("unknown-target", f"there is no target {name[:80]!r}", spec.at(*path), nearest(name, known))
    return known.get(name)


# Reports ------------------------------------------------------------------------------------------------------------


def held_against(plan: Plan, spec: Spec) -> Plan:
    """``plan`` with what ``spec`` says for reports: numbers that are stated, what is allowed, and what may stand."""
    claims = spec.document.claims.items()
    stated = (
        NumberClaim(name, claimed, Origin(OriginKind.MAPPING, spec.at("claims", name), "stated")) for name, claimed in claims
    )
    return replace(
        plan,
        numbers=tuple(stated),
        ceilings=_ceilings(spec),
        ceilings_of=spec.document.budget.state,
        ignored=tuple(_ignored(spec)),
    )


def _ceilings(spec: Spec) -> tuple[NumberClaim, ...]:
    """What the budget of ``spec`` allows, in the order in which it is written."""
    part = spec.document.budget
    totals = part.model_dump(by_alias=True, exclude_none=True, exclude={"state", "objects"})
    placed: list[tuple[tuple[str, ...], str]] = [((name,), str(amount)) for name, amount in totals.items()]
    placed += [(("objects", kind), str(count)) for kind, count in part.objects.items()]
    allowed = [
        NumberClaim(path[-1], most, Origin(OriginKind.MAPPING, spec.key("budget", *path), "budget")) for path, most in placed
    ]
    return tuple(sorted(allowed, key=lambda one: one.origin.span or spec.tree.span))


def _ignored(spec: Spec) -> Iterator[Ignored]:
    for index, part in enumerate(spec.document.ignore):
        at = spec.at("ignore", index)
        yield Ignored(part.rule, part.reason, at, part.until, part.target or "", part.object or "", index=index)


def _ignored_of(spec: Spec, targets: list[TargetPlan], collector: Collector) -> Iterator[Ignored]:
    for index, one in enumerate(_ignored(spec)):
        found = _check_target(one.target, targets, spec, collector, "ignore", index, "target") if one.target else None
        yield replace(one, services=found.sources) if found else one


# Shared maps --------------------------------------------------------------------------------------------------------


def _shared(spec: Spec, name: str, part: SharedPart, targets: list[TargetPlan], collector: Collector) -> SharedMap:
    for index, reader in enumerate(part.readers or ()):
        _check_target(reader, targets, spec, collector, "shared", name, "readers", index)
    is_secret = part.kind == "Secret"
    for key, entry in part.values.items():
        at = spec.key("shared", name, "values", key)
        if entry.value is None and not is_secret:
            collector.error("no-value", f"{key} of the ConfigMap {name} has no value", at, "give it a `value`")
        if entry.value is not None and is_secret:
            collector.warning(
                "secret-in-mapping", f"the value of {key} stands in the mapping, so it is in git", at, "remove the `value`"
            )
    return SharedMap(
        name,
        is_secret,
        Origin(OriginKind.MAPPING, spec.key("shared", name), part.reason),
        part.file,
        part.keys,
        part.takes_rest,
        tuple(
            (key, mapped(entry.value, spec.key("shared", name, "values", key), entry.reason))
            for key, entry in part.values.items()
        ),
        part.readers,
        tuple((key, _origin(spec, reason, "shared", name, "drop", key)) for key, reason in part.drop.items()),
    )


def _check_keys(spec: Spec, project: Project, collector: Collector) -> None:
    """Warn of variables that no service sets: most likely a slip of the pen, and then the right one is not decided."""
    document = spec.document
    known: dict[str, None] = {}
    for service in (*project.services.values(), *project.disabled.values()):
        environment = service.node.get("environment")
        known.update(dict.fromkeys(environment.entries if isinstance(environment, Mapping) else ()))
    named: list[tuple[str | int, ...]] = [("secret_keys", key) for key in document.secret_keys]
    named += [("plain_keys", key) for key in document.plain_keys]
    for name, part in document.shared.items():
        named += [("shared", name, "keys", index) for index, key in enumerate(part.keys) if key not in part.values]
        named += [("shared", name, "drop", key) for key in part.drop]
    for path in named:
        key = document.shared[str(path[1])].keys[path[-1]] if isinstance(path[-1], int) else path[-1]
        if key not in known:
            collector.warning("unknown-variable", f"no service sets {key}", spec.at(*path), nearest(key, known))


# Storage ------------------------------------------------------------------------------------------------------------


def _claim(spec: Spec, name: str, part: StoragePart, targets: list[TargetPlan], collector: Collector) -> Claim:
    if part.owner is not None:
        _check_target(part.owner, targets, spec, collector, "storage", name, "owner")
    why = part.reason or SET
    return Claim(
        name,
        mapped(Quantity.parse(part.size), spec.at("storage", name, "size"), why),
        mapped(part.access, spec.at("storage", name, "access"), why),
        part.class_name,
        part.owner,
    )


def _seeds(spec: Spec, targets: list[TargetPlan], collector: Collector) -> dict[str, Traced[str]]:
    """The target that fills each claim of which the spec says so."""
    found = {name: part.seed for name, part in spec.document.storage.items() if part.seed is not None}
    for name, target in found.items():
        _check_target(target, targets, spec, collector, "storage", name, "seed")
    why = {name: spec.document.storage[name].reason or "the image's files fill the empty claim" for name in found}
    return {name: mapped(target, spec.at("storage", name, "seed"), why[name]) for name, target in found.items()}


def _volumes(spec: Spec, project: Project, collector: Collector) -> dict[str, Traced[str]]:
    """The claim of each Compose volume and of each host path that the spec names."""
    storage = spec.document.storage
    found: dict[str, Traced[str]] = {}
    known = dict.fromkeys((*project.volumes, *_host_paths(project)))
    for name, part in storage.items():
        for index, source in enumerate((name,) if part.sources is None else part.sources):
            key = host_path(source) if source.startswith(_PATHS) else source
            at = spec.key("storage", name) if part.sources is None else spec.at("storage", name, "from", index)
            if key not in known:
                declare = "; for a claim without a Compose source, write `from: []`" if part.sources is None else ""
                collector.error(
                    "unknown-volume", f"no service uses a volume or host path {source!r}", at, nearest(key, known) + declare
                )
            if key in found:
                collector.error("volume-twice", f"{source} is replaced by two claims", at, "keep one of them")
            found[key] = mapped(name, at, part.reason or SET)
    rest = infer.unique_names((volume for volume in project.volumes if volume not in found), storage)
    return found | {volume: assumed(name, "the volume's name") for volume, name in rest.items()}


def _host_paths(project: Project) -> Iterator[str]:
    for service in (*project.services.values(), *project.disabled.values()):
        volumes = service.node.get("volumes")
        for volume in volumes.items if isinstance(volumes, Sequence) else ():
            kind, source = (volume.get("type"), volume.get("source")) if isinstance(volume, Mapping) else (None, None)
            if isinstance(kind, Scalar) and kind.value == "bind" and isinstance(source, Scalar):
                yield host_path(project.relative(str(source.value)))
                yield host_path(str(source.value))


# Routes -------------------------------------------------------------------------------------------------------------


def _route(spec: Spec, name: str, part: RoutePart, targets: list[TargetPlan], collector: Collector) -> Route:
    for key in part.without:
        if key in part.annotations:
            at = spec.key("routes", name, "without", key)
            collector.error("annotation-left-out", f"{key} is both given and left out", at, "keep one of the two")
    paths = [_route_path(spec, ("routes", name, "paths", path), to, targets, collector) for path, to in part.paths.items()]
    return Route(
        name,
        part.host,
        part.class_name,
        tuple(mapped(path, spec.at("routes", name, "paths", path.path), part.reason) for path in paths if path),
        tuple(
            (key, mapped(value, spec.at("routes", name, "annotations", key), part.reason))
            for key, value in part.annotations.items()
        ),
        part.file,
    )


def _route_path(spec: Spec, at: tuple[str, ...], to: str, targets: list[TargetPlan], collector: Collector) -> RoutePath | None:
    """``target:port`` as the Service and port that answer."""
    name, _, number = to.partition(":")
    target = _check_target(name, targets, spec, collector, *at)
    if target is None:
        return None
    ports = [port.value.port for port in target.ports or ()]
    if not number and len(ports) == 1:
        return RoutePath(at[-1], service_name(target), ports[0])
    if not number.isdecimal() or (ports and int(number) not in ports):
        collector.error(
            "unknown-port",
            f"{to!r} is not a target with one of its ports",
            spec.at(*at),
            f"write {name}:PORT; known: {', '.join(map(str, ports)) or 'none is declared in the target'}",
        )
        return None
    return RoutePath(at[-1], service_name(target), int(number))
