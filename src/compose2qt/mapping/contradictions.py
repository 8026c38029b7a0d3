"""What a mapping spec says twice, or against itself or the project: errors with the place of the second saying."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from compose2qt.source import Mapping, Scalar
from compose2qt.workload.sensitive import secret_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.compose import Project
    from compose2qt.diagnostic import Collector
    from compose2qt.mapping.document import SharedPart
    from compose2qt.mapping.plan import TargetPlan
    from compose2qt.mapping.spec import Spec
    from compose2qt.source import Span
    from compose2qt.workload import Quantity, Traced

_ENFORCED = "pod-security.kubernetes.io/enforce"


def check(spec: Spec, project: Project, targets: list[TargetPlan], collector: Collector) -> None:
    """Report every contradiction to ``collector``."""
    _names(spec, project, targets, collector)
    _selectors(spec, targets, collector)
    _level(spec, collector)
    for target in targets:
        _requests(target, collector)
        _probed_ports(spec, target, collector)
    _keys(spec, project, collector)
    _maps(spec, targets, collector)
    _variables(spec, targets, collector)
    _routes(spec, collector)


def _names(spec: Spec, project: Project, targets: list[TargetPlan], collector: Collector) -> None:
    """A Service that has the name of a Compose service that another target is made of."""
    owners = {source: target.name for target in targets if target.section == "services" for source in target.sources}
    for target in targets:
        name = target.service.value if target.service else target.name
        owner = owners.get(name)
        if owner is not None and owner != target.name and name in project.services:
            key = ("service",) if target.service else ()
            collector.error(
                "name-of-another",
                f"the target {target.name} would answer to {name}, the name of a Compose service that the target {owner} runs",
                spec.key("targets", target.name, *key),
                "programs that call it by that name would reach the wrong one: give it another name",
            )


def _selectors(spec: Spec, targets: Iterable[TargetPlan], collector: Collector) -> None:
    owners: dict[tuple[tuple[str, str], ...], str] = {}
    for target in targets:
        other = owners.setdefault(target.selector, target.name)
        if other != target.name and target.selector and not target.init_of and not target.beside:
            collector.error(
                "selector-twice",
                f"the labels that select the pods of {other} select those of {target.name}, too",
                spec.at("labels", "select") if spec.document.labels.select else spec.at("labels", "workloads"),
                "select by a label whose value differs: {name}",
            )


def _level(spec: Spec, collector: Collector) -> None:
    """A level of Pod Security that the namespace would refuse all pods by: no image is known to run without root."""
    level = spec.document.labels.others.get(_ENFORCED)
    if level not in (None, "privileged", "baseline"):
        collector.error(
            "level-too-strict",
            f"a namespace that enforces the level {level} admits no pod of this tree: they may run as root",
            spec.key("labels", "others", _ENFORCED),
            "enforce baseline, and let restricted warn: pod-security.kubernetes.io/warn",
        )


def _requests(target: TargetPlan, collector: Collector) -> None:
    own = target.resources
    pairs = ((own.cpu_request, own.cpu_limit), (own.memory_request, own.memory_limit)) if own else ()
    for what, (request, limit) in zip(("CPU", "memory"), pairs, strict=False):
        if request is not None and limit is not None and request.value > limit.value:
            collector.error(
                "request-above-limit",
                f"{target.name} requests more {what} than its limit allows",
                _place(request),
                "raise the limit, or lower the request",
            )


def _place(traced: Traced[Quantity]) -> Span | None:
    return next((origin.span for origin in traced.origins if origin.span), None)


def _probed_ports(spec: Spec, target: TargetPlan, collector: Collector) -> None:
    """A probe of a port that the target's own list of ports lacks."""
    part = spec.document.targets.get(target.name)
    known = [port.value.port for port in target.ports or ()]
    for key in ("readiness", "liveness", "startup"):
        probe = getattr(part, key, None)
        if probe is not None and probe.port is not None and known and probe.port not in known:
            collector.error(
                "unknown-port",
                f"the {key} probe of {target.name} asks port {probe.port}, which is none of its ports",
                spec.at("targets", target.name, key, "port"),
                f"known: {', '.join(map(str, known))}",
            )


# Variables ------------------------------------------------------------------------------------------------------------


def _keys(spec: Spec, project: Project, collector: Collector) -> None:
    document = spec.document
    for key in document.secret_keys.keys() & document.plain_keys.keys():
        at = spec.key("plain_keys", key)
        collector.error("key-twice", f"{key} is said to be secret and not to be", at, "remove it from one of the two lists")
    values: dict[str, list[str]] = {}
    for service in project.services.values():
        environment = service.node.get("environment")
        for key, value in environment.entries.items() if isinstance(environment, Mapping) else ():
            values.setdefault(key, []).append(str(value.value) if isinstance(value, Scalar) else "")
    for name, part in document.shared.items():
        for index, key in enumerate(part.keys if part.kind == "ConfigMap" else ()):
            why = _reason(spec, key, values.get(key, ()))
            if why:
                _in_the_open(f"{key} in the ConfigMap {name}", why, spec.at("shared", name, "keys", index), collector)
        for key, entry in part.values.items() if part.kind == "ConfigMap" else ():
            why = _reason(spec, key, (entry.value or "",))
            if why:
                _in_the_open(f"{key} in the ConfigMap {name}", why, spec.key("shared", name, "values", key), collector)
    for target, own in document.targets.items():
        for key, given in own.env.items():
            why = _reason(spec, key, (given.value or "",))
            if why:
                _in_the_open(f"{key} of {target}", why, spec.key("targets", target, "env", key), collector)


def _reason(spec: Spec, key: str, values: Iterable[str]) -> str | None:
    if key in spec.document.plain_keys:
        return None
    if key in spec.document.secret_keys:
        return "secret_keys says so"
    return next((why for value in values if "$(" not in value and (why := secret_reason(key, value))), None)


def _in_the_open(what: str, why: str, at: Span | None, collector: Collector) -> None:
    collector.error(
        "secret-in-the-open",
        f"{what} would show a secret: {why}",
        at,
        "take it from a Secret (`secret:`, or a shared map of kind Secret); if it is none, list it under `plain_keys`",
    )


def _maps(spec: Spec, targets: list[TargetPlan], collector: Collector) -> None:
    """Shared maps that claim the same keys for the same readers, or the name of a map that a target gets by itself."""
    everyone = {target.name for target in targets}
    own = {f"{name}-{word}": name for name in everyone for word in ("config", "secret")}
    for name in spec.document.shared:
        if name in own:
            collector.error(
                "map-name-taken",
                f"{name} is the name of the map that the target {own[name]} has for itself",
                spec.key("shared", name),
                "give the shared map another name",
            )
    for (first, one), (second, other) in itertools.combinations(spec.document.shared.items(), 2):
        both = set(one.readers or everyone) & set(other.readers or everyone)
        for what, at in _overlap(one, second, other, spec) if both else ():
            message = f"{what} belongs to {first} and to {second}, and {sorted(both)[0]} reads both"
            collector.error("key-twice", message, at, "leave it to one of the two")


def _overlap(one: SharedPart, second: str, other: SharedPart, spec: Spec) -> Iterator[tuple[str, Span | None]]:
    held = {*one.keys, *one.values}
    for index, key in enumerate(other.keys):
        if key in held:
            yield key, spec.at("shared", second, "keys", index)
    for key in other.values:
        if key in held:
            yield key, spec.key("shared", second, "values", key)
    if one.takes_rest and other.takes_rest and one.kind == other.kind:
        yield "the rest", spec.at("shared", second, "takes_rest")


def _variables(spec: Spec, targets: list[TargetPlan], collector: Collector) -> None:
    """Secrets that a variable refers to, and that neither the tree nor the mapping has."""
    known = {name for name, part in spec.document.shared.items() if part.kind == "Secret"}
    known |= {f"{target.service.value if target.service else target.name}-secret" for target in targets}
    for target, part in spec.document.targets.items():
        for key, entry in part.env.items():
            if entry.secret is not None and entry.secret not in known:
                collector.info(
                    "secret-elsewhere",
                    f"the Secret {entry.secret[:80]} is none of this tree: {target} starts once somebody has made it",
                    spec.at("targets", target, "env", key, "secret"),
                    f"known: {', '.join(sorted(known)[:8])}",
                )


def _routes(spec: Spec, collector: Collector) -> None:
    seen: dict[tuple[str, str], str] = {}
    for name, part in spec.document.routes.items():
        for path in part.paths:
            other = seen.setdefault((part.host, path), name)
            if other != name:
                collector.error(
                    "route-twice",
                    f"{part.host}{path} leads somewhere already: in the route {other}",
                    spec.key("routes", name, "paths", path),
                    "keep one of the two",
                )
