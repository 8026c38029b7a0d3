"""What must fit together in a project. Source: reference, section 2.15."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.compose.texts import text
from compose2qt.diagnostic import nearest
from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.compose.project import Project, Service
    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node

_SUBJECTS = (("secrets", "secrets"), ("configs", "configs"), ("models", "models"))


def check(project: Project, collector: Collector) -> None:
    """Tell every service that cannot run as it is written."""
    for service in project.services.values():
        _image(service, collector)
        _resources(service, project, collector)
        _dependencies(service, project, collector)
        _single_places(service, collector)
    _cycles(project, collector)


def _text(node: Node | None) -> str:
    return text(node.value) if isinstance(node, Scalar) else ""


def _image(service: Service, collector: Collector) -> None:
    node = service.node
    if not any(node.get(key) for key in ("image", "build", "provider")):
        collector.error(
            "no-image",
            f"the service {service.name!r} has neither an image nor a build context",
            node.span,
            "add image: or build:",
        )
    build = node.get("build")
    if isinstance(build, Mapping) and "dockerfile" in build.entries and "dockerfile_inline" in build.entries:
        collector.error("two-dockerfiles", "dockerfile and dockerfile_inline exclude each other", build.span, "keep one")
    mode, networks = node.get("network_mode"), node.get("networks")
    if mode is not None and isinstance(networks, Mapping) and networks.entries:
        collector.error("two-networks", "network_mode and networks exclude each other", mode.span, "keep one")


def _resources(service: Service, project: Project, collector: Collector) -> None:
    networks = service.node.get("networks")
    for name, node in networks.entries.items() if isinstance(networks, Mapping) else ():
        if name != "default":
            span = networks.key_span(name) if isinstance(networks, Mapping) and name in networks.keys else node.span
            _defined("network", name, node if span == node.span else Scalar(None, span), project.networks, collector)
    volumes = service.node.get("volumes")
    for item in volumes.items if isinstance(volumes, Sequence) else ():
        if isinstance(item, Mapping) and _text(item.get("type")) == "volume" and _text(item.get("source")):
            _defined("volume", _text(item.get("source")), item, project.volumes, collector)
    for key, section in _SUBJECTS:
        node = service.node.get(key)
        for item in node.items if isinstance(node, Sequence) else ():
            source = item.get("source") if isinstance(item, Mapping) else None
            if source is not None:
                _defined(key[:-1], _text(source), source, getattr(project, section), collector)


def _defined(kind: str, name: str, node: Node, known: dict[str, Mapping], collector: Collector) -> None:
    if name not in known:
        collector.error(f"undefined-{kind}", f"the {kind} {name[:80]!r} is not defined", node.span, nearest(name, known))


def _dependencies(service: Service, project: Project, collector: Collector) -> None:
    needs = service.node.get("depends_on")
    for name, node in needs.entries.items() if isinstance(needs, Mapping) else ():
        required = node.get("required") if isinstance(node, Mapping) else None
        if name in project.services or (isinstance(required, Scalar) and required.value is False):
            continue
        span = needs.key_span(name) if isinstance(needs, Mapping) and name in needs.keys else node.span
        if name in project.disabled:
            profiles = ", ".join(_profiles(project.disabled[name]))
            fix = f"activate one of its profiles: {profiles}"
            message = f"{service.name!r} needs the service {name!r}, whose profiles are not active"
            collector.error("inactive-dependency", message, span, fix)
        else:
            message = f"{service.name!r} needs the service {name[:80]!r}, which is not defined"
            collector.error("undefined-service", message, span, nearest(name, project.services))


def _profiles(service: Service) -> tuple[str, ...]:
    node = service.node.get("profiles")
    return tuple(_text(item) for item in node.items) if isinstance(node, Sequence) else ()


def _single_places(service: Service, collector: Collector) -> None:
    targets: set[str] = set()
    volumes = service.node.get("volumes")
    for item in volumes.items if isinstance(volumes, Sequence) else ():
        target = _text(item.get("target")) if isinstance(item, Mapping) else ""
        if target in targets:
            collector.error("duplicate-mount", f"something is already mounted at {target}", item.span, "keep one of the mounts")
        targets.add(target)
    scale, name = service.node.get("scale"), service.node.get("container_name")
    deploy = service.node.get("deploy")
    replicas = deploy.get("replicas") if isinstance(deploy, Mapping) else scale
    if name is not None and isinstance(replicas, Scalar) and isinstance(replicas.value, int) and replicas.value > 1:
        collector.error(
            "one-name-for-many", "several replicas cannot have one container_name", name.span, "remove container_name"
        )
    if isinstance(scale, Scalar) and isinstance(replicas, Scalar) and scale.value != replicas.value:
        collector.error("two-scales", "scale and deploy.replicas differ", scale.span, "keep one of them")


def _cycles(project: Project, collector: Collector) -> None:
    """Report each cycle of dependencies once, with its members; without recursion, because chains may be long."""
    done: set[str] = set()
    for start in project.services:
        if start in done:
            continue
        path: list[str] = [start]
        on_path = {start}
        stack = [_needed(project, start)]
        while stack:
            following = next(stack[-1], None)
            if following is None:
                stack.pop()
                done.add(name := path.pop())
                on_path.discard(name)
            elif following in on_path:
                members = " -> ".join([*path[path.index(following) :], following])
                node = project.services[following].node.get("depends_on")
                span = node.span if node else project.services[following].node.span
                collector.error("dependency-cycle", f"services wait for each other: {members}", span, "remove one dependency")
                return
            elif following not in done:
                path.append(following)
                on_path.add(following)
                stack.append(_needed(project, following))


def _needed(project: Project, name: str) -> Iterator[str]:
    node = project.services[name].node.get("depends_on")
    return (other for other in (node.entries if isinstance(node, Mapping) else ()) if other in project.services)
