"""Workloads that only a mapping knows, as the Compose services that they would be.

So they are judged as every other one: what their containers are given must be what the mapping says of them, and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.compose import Service
from compose2qt.source import Mapping, Scalar, Sequence, Span
from compose2qt.verify import Aspect, Explanation, Fact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as MappingOf

    from compose2qt.compose import Project
    from compose2qt.mapping.plan import Plan, TargetPlan
    from compose2qt.source import Node
    from compose2qt.verify import DockerSide

_ADDED = "not in Compose: the mapping adds it"


def with_added(project: Project, plan: Plan) -> tuple[Project, Plan]:
    """Both with a service for each target that has none."""
    if not plan.mapping_file:
        return project, plan
    networks = dict.fromkeys(net for service in project.services.values() for net in _networks(service.node))
    services = dict(project.services)
    targets: list[TargetPlan] = []
    for target in plan.targets:
        if not target.sources:
            host = _host(target)
            name = host if host not in (*services, *project.jobs) else f"{host} of the mapping"
            services[name] = Service(name, _service(target, host, networks, Span(plan.mapping_file, 1, 1)))
            target = replace(target, sources=(name,))  # noqa: PLW2901 - the same target, with its service
        targets.append(target)
    return replace(project, services=services), replace(plan, targets=tuple(targets))


def tell_added(docker: DockerSide, given: Plan, plan: Plan) -> Iterator[Explanation]:
    """Let ``docker`` say which services only the mapping knows, and explain that they run; ``given`` is without them."""
    for before, target in zip(given.targets, plan.targets, strict=True):
        for name in target.sources if not before.sources else ():
            contract = docker.contracts[name]
            contract.add((Fact(Aspect.WORKLOAD, "", _ADDED, contract.span),))
            yield Explanation(name, Aspect.WORKLOAD, "", _ADDED, "runs", "mapping.added", target.origin.reason)


def _host(target: TargetPlan) -> str:
    return target.service.value if target.service else target.name


def _networks(node: Node) -> MappingOf[str, Node]:
    found = node.get("networks") if isinstance(node, Mapping) else None
    return found.entries if isinstance(found, Mapping) else {}


def _service(target: TargetPlan, host: str, networks: MappingOf[str, object], otherwise: Span) -> Mapping:
    """What the mapping says and Compose can say, too; the rest is explained as of every other target."""
    span = target.origin.span or otherwise
    aliases = Mapping({"aliases": Sequence((Scalar(host, span),), span)}, span)
    entries: dict[str, Node] = {
        "networks": Mapping(dict.fromkeys(networks, aliases), span),
        "expose": Sequence(
            tuple(Scalar(f"{port.value.port}/{port.value.protocol.lower()}", span) for port in target.ports or ()), span
        ),
        "volumes": Sequence(tuple(_volumes(target, span)), span),
    }
    if target.image is not None:
        entries["image"] = Scalar(target.image.value, span)
    if target.replicas is not None:
        entries["scale"] = Scalar(target.replicas.value, span)
    if not target.ends:
        entries["restart"] = Scalar("always", span)
    return Mapping(entries, span)


def _volumes(target: TargetPlan, span: Span) -> Iterator[Node]:
    for mount in target.mounts or ():
        options: dict[str, Node] = {"nocopy": Scalar(True, span)}
        if mount.value.sub_path:
            options["subpath"] = Scalar(mount.value.sub_path, span)
        yield Mapping(
            {
                "type": Scalar("volume", span),
                "source": Scalar(f"claim {mount.value.claim}", span),
                "target": Scalar(mount.value.path, span),
                "read_only": Scalar(mount.value.read_only, span),
                "volume": Mapping(options, span),
            },
            span,
        )
